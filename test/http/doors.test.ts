import type { IncomingMessage } from 'node:http'
import { test } from 'tap'
import { createDoor } from '../../agent/http/admission.ts'
import { createDoors } from '../../agent/http/doors.ts'
import { loopback } from '../fixtures/agent-server.ts'

const through = (socket: object): IncomingMessage => ({ socket }) as IncomingMessage
const name = '127.0.0.1:0'

test('a connection comes through the door that stands now', async (t) => {
  const doors = createDoors()
  const [door, next] = [createDoor(loopback, {}), createDoor(loopback, {})]
  const withCa = (ca: string) => createDoor(loopback, { tls: { cert: '', key: '', ca } })
  const [early, socket, elsewhere] = [{}, {}, {}]
  doors.greet(early, name)
  t.equal(doors.of(through(early)), undefined, 'before there was one')
  doors.replace([door])
  t.equal(doors.current(name), door)
  doors.greet(socket, name)
  doors.greet(elsewhere, 'unix:/x')
  t.same(doors.of(through(socket)), { door, isStale: false })
  t.equal(doors.of(through(elsewhere)), undefined, 'a listener that is not')
  t.equal(doors.of(through({})), undefined, 'a connection that nobody greeted')
  doors.replace([next])
  const entrance = doors.of(through(socket))
  t.equal(entrance?.door, next)
  t.equal(entrance?.isStale, false)
  doors.replace([withCa('a')])
  t.match(doors.of(through(socket)), { isStale: true }, 'it has never shown a certificate')
  const encrypted = {}
  doors.greet(encrypted, name)
  doors.replace([withCa('a')])
  t.match(doors.of(through(encrypted)), { isStale: false })
  doors.replace([withCa('b')])
  t.match(doors.of(through(encrypted)), { isStale: true })
  doors.replace([])
  t.equal(doors.of(through(socket)), undefined, 'a listener that is no more')
})
