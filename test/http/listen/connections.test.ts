import { EventEmitter } from 'node:events'
import { test } from 'tap'
import { connectionLimits, limitConnections } from '../../../agent/http/listen/connections.ts'
import { strangersMax } from '../../../agent/http/limits.ts'

class Connection extends EventEmitter {
  readonly remoteAddress: string | undefined
  isDestroyed = false
  constructor(remoteAddress?: string) {
    super()
    this.remoteAddress = remoteAddress
  }
  destroy(): void {
    this.isDestroyed = true
    this.emit('close')
  }
}

const lobby = (allMax: number, perAddressMax: number) => {
  const limit = limitConnections({ allMax, perAddressMax })
  return (address?: string, isStranger = false): Connection => {
    const connection = new Connection(address)
    limit(connection, isStranger)
    return connection
  }
}

test('one address takes no more than its share', async (t) => {
  const come = lobby(4, 2)
  const first = come('192.0.2.1')
  t.notOk(come('192.0.2.1').isDestroyed)
  t.ok(come('192.0.2.1').isDestroyed)
  t.notOk(come('192.0.2.2').isDestroyed)
  first.destroy()
  t.notOk(come('192.0.2.1').isDestroyed, 'a place is free again')
})

test('loopback and unix sockets are bounded in all', async (t) => {
  const come = lobby(4, 1)
  for (const address of ['127.0.0.1', '::1', undefined, undefined]) {
    t.notOk(come(address).isDestroyed)
  }
  t.ok(come().isDestroyed)
  t.ok(come('192.0.2.1').isDestroyed)
})

test('a connection that found no place takes none', async (t) => {
  const come = lobby(2, 1)
  const first = come('192.0.2.1')
  for (let i = 0; i < 5; i += 1) come('192.0.2.1')
  t.notOk(come('192.0.2.2').isDestroyed, 'nor did it keep the one of all')
  first.destroy()
  t.notOk(come('192.0.2.1').isDestroyed)
})

test('strangers take the places of nobody', async (t) => {
  const come = lobby(1, 1)
  for (let i = 0; i < strangersMax; i += 1) t.notOk(come('198.51.100.1', true).isDestroyed)
  t.ok(come('198.51.100.1', true).isDestroyed)
  t.notOk(come('192.0.2.1').isDestroyed)
})

test('there is room for every fence and for other questions', async (t) => {
  const { allMax, perAddressMax } = connectionLimits({
    inFlightMax: 512,
    inFlightPerCallerMax: 256,
  })
  t.ok(allMax > 1024)
  t.ok(perAddressMax > 256)
  t.ok(perAddressMax < allMax)
})
