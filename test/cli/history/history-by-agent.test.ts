import { createServer } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { historyByAgent } from '../../../agent/cli/history/history-by-agent.ts'
import { confirmedDead, doubt } from '../../../agent/domain/verdict.ts'
import type { FenceHistoryEntry, HistoryQuery } from '../../../agent/fence/history.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { vmHex, vmUuid } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'

const past = (n: number): FenceHistoryEntry => ({
  action: 'fence',
  fenceId: `f${n}`,
  requestId: `r${n}`,
  askedBy: n % 2 === 0 ? 'mn-1' : 'mn-2',
  vm: vmUuid(),
  suspect: { addresses: ['192.0.2.7'], hostUuid: '' },
  askedAt: '',
  endedAt: '2026-11-22T08:00:00.000Z',
  verdict: n % 3 === 0 ? confirmedDead('destroyed') : doubt('unkillable'),
  durationMs: 7,
  quarantine: 'proven',
  detail: '',
})

/** An agent with these fences, three a page, the newest first. */
const agentWith = (count: number) => {
  const asked: HistoryQuery[] = []
  const readHistory = async (query: HistoryQuery) => {
    asked.push(query)
    const from = query.before ?? 0
    const fences = Array.from({ length: count }, (_, n) => past(n)).slice(from, from + 3)
    const next = from + 3 < count ? from + 3 : undefined
    return await Promise.resolve({ fences, next, garbled: 1 })
  }
  return { asked, readHistory }
}

test('page by page, with what the agent does not filter', async (t) => {
  const { asked, readHistory } = agentWith(8)
  const { socket } = await openSocketServer(t, { readHistory })
  const ids = async (query: HistoryQuery) => {
    const told = await historyByAgent(socket, query)
    return told.kind === 'told'
      ? told.entries.map(({ fenceId }) => fenceId).join(' ')
      : told.because
  }
  t.equal(await ids({ limit: 100 }), 'f0 f1 f2 f3 f4 f5 f6 f7')
  t.same(
    asked.map(({ before }) => before),
    [undefined, 3, 6],
  )
  t.equal(await ids({ limit: 4 }), 'f0 f1 f2 f3')
  t.equal(await ids({ limit: 9, askedBy: 'mn-2' }), 'f1 f3 f5 f7')
  t.equal(await ids({ limit: 9, kind: 'confirmed-dead' }), 'f0 f3 f6')
  t.equal(await ids({ limit: 2, action: 'fence' }), 'f0 f1')
  await ids({ limit: 1000, vm: vmUuid(), host: '192.0.2.7', since: '2026-11-22' })
  t.match(asked.at(-3), { vm: vmUuid(), host: '192.0.2.7', since: '2026-11-22', limit: 200 })
})

test('an agent that tells no history, or never ends, or is not there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peerfence-history-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  const socket = join(folder, 's')
  t.match(await historyByAgent(socket, { limit: 1 }), {
    kind: 'unanswered',
    because: /s: there is no such socket; systemctl start peerfence/,
  })
  let [status, body] = [200, 'no JSON']
  let asked = 0
  const server = createServer((_, response) => {
    asked += 1
    response.writeHead(status).end(body)
  }).listen(socket)
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const words = /s: answers \d+, and no history$/
  for (const [one, other] of [
    [200, 'no JSON'],
    [200, '{"fences":7}'],
    [404, '{"fences":[]}'],
  ] as const) {
    ;[status, body] = [one, other]
    t.match(await historyByAgent(socket, { limit: 1 }), { kind: 'unanswered', because: words })
  }
  ;[status, body, asked] = [200, '{"fences":[],"garbledLines":0,"next":"1"}', 0]
  t.match(await historyByAgent(socket, { limit: 1 }), { kind: 'told', entries: [] })
  t.equal(asked, 1000)
})

test('who may not read the journal is told by the agent', async (t) => {
  const folder = t.testdir({ journal: {}, 'c.json': '' })
  const file = join(folder, 'c.json')
  // A folder in the place of the journal: what root cannot read either.
  writeFileSync(file, JSON.stringify({ journal: { file: join(folder, 'journal') } }))
  const { socket } = await openSocketServer(t, agentWith(2))
  const history = ['history', '--config', file]
  const told = await call(history, { env: { PEERFENCE_SOCKET: socket } })
  t.match(told, { code: 0, err: '' })
  t.match(told.out, /^2026-\S+ \(\d+ d ago\) VM \S+ on 192\.0\.2\.7: \S+ destroyed; .*f0\n.*f1\n$/)
  const none = await openSocketServer(t, agentWith(0))
  const env = { PEERFENCE_SOCKET: none.socket }
  t.match(await call([...history, '--vm', vmHex], { env }), { code: 1, err: /no such fence/ })
  const nobody = await call(history, { env: { PEERFENCE_SOCKET: '/none' } })
  t.match(nobody, { code: 1, out: '', err: /may not be read by this user, and the agent did not/ })
  t.notMatch(nobody.err, /no such fence/)
})
