import { test } from 'tap'
import { placeFault, socketOf } from '../../agent/cli/place.ts'
import { given } from '../fixtures/command-line.ts'

test('where the agent listens, if nobody says', async (t) => {
  t.equal(socketOf(given({}), { env: {} }), '/run/peerfence/peerfence.sock')
  t.equal(socketOf(given({}), { env: { PEERFENCE_SOCKET: '' } }), '/run/peerfence/peerfence.sock')
  t.equal(socketOf(given({ socket: '/a' }), { env: { PEERFENCE_SOCKET: '/b' } }), '/a')
})

test('what excludes each other', async (t) => {
  t.match(placeFault(given({ 'stand-alone': true, socket: '/x' })), /exclude each other/)
  t.match(placeFault(given({ config: '/x' })), /--config is for --stand-alone/)
  t.equal(placeFault(given({ 'stand-alone': true, config: '/x' })), undefined)
  t.equal(placeFault(given({ socket: '/x' })), undefined)
})
