import { test } from 'tap'
import type { exchange, Exchanged } from '../../agent/client/exchange.ts'
import { parsePeer } from '../../agent/client/peer.ts'
import { tryNeighbours } from '../../agent/neighbours/try-neighbours.ts'

const id = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`
const says = (agentId: string, part: object = {}): Exchanged => ({
  kind: 'answered',
  status: 200,
  body: JSON.stringify({ name: 'peerfence', agentId, capabilities: ['passed-on'], ...part }),
})

const rows: readonly (readonly [string, Exchanged, string])[] = [
  ['one that could be asked', says(id('a')), ''],
  ['one that is us', says(id('0')), 'it is this very agent'],
  ['the first again, at another address', says(id('a')), 'it is the same agent as https://n0:1'],
  ['nobody', { kind: 'unanswered', because: 'connection refused' }, 'connection refused'],
  ['an agent that is too old', says(id('b'), { capabilities: ['fence'] }), 'it is no agent'],
  ['another server', { kind: 'answered', status: 200, body: '<html>' }, 'it is no agent'],
  [
    'one that lets us in nowhere',
    { kind: 'answered', status: 401, body: '{"code":"FENCE_TOKEN_NEEDED"}' },
    'it turns this agent away with status 401: FENCE_TOKEN_NEEDED',
  ],
]

test('which of them could be asked', async (t) => {
  const asked: string[] = []
  const neighbours = rows.map((_row, index) => {
    const peer = parsePeer(`https://n${index}:1`)
    if (peer === undefined) throw new Error('no peer')
    return { peer, credentials: {} }
  })
  const fake: typeof exchange = async (peer, { method, path }) => {
    asked.push(`${method} ${path}`)
    const row = rows[neighbours.findIndex((one) => one.peer === peer)]
    return await Promise.resolve(row?.[1] ?? { kind: 'unanswered', because: 'no row' })
  }
  const tried = await tryNeighbours(neighbours, { exchange: fake, ownAgentId: id('0') })
  rows.forEach(([title, , fault], index) => {
    const told = tried[index]?.fault ?? 'not told'
    t.ok(fault === '' ? told === '' : told.startsWith(fault), `${title}: ${told}`)
  })
  t.same([...new Set(asked)], ['GET /version'], 'and nothing is passed on')
})
