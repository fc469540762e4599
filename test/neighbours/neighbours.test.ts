import { test } from 'tap'
import { exchange } from '../../agent/client/exchange.ts'
import type { Exchanged, PeerRequest } from '../../agent/client/exchange.ts'
import { parsePeer } from '../../agent/client/peer.ts'
import type { Peer } from '../../agent/client/peer.ts'
import { realClock } from '../../agent/base/time/real-clock.ts'
import { versionPath } from '../../agent/contract/api/paths.ts'
import { fenceReply } from '../../agent/contract/reply/fence-reply.ts'
import { decide } from '../../agent/domain/decide.ts'
import type { FenceRequest } from '../../agent/fence/request.ts'
import { askNeighbour } from '../../agent/neighbours/ask-neighbour.ts'
import { chooseNeighbours } from '../../agent/neighbours/neighbour.ts'
import { createNeighbours } from '../../agent/neighbours/neighbours.ts'
import { Secret } from '../../agent/base/text/secret.ts'
import { loopback, openServer } from '../fixtures/servers/agent-server.ts'
import { agentId, fenceRecord, fenceRequest, vmUuid } from '../fixtures/values/fence-records.ts'

const own = '11111111-1111-4111-8111-111111111111'
const hex = (digit: string): string => digit.repeat(32)

const peerOf = (text: string, domain?: string): Peer => {
  const peer = parsePeer(text)
  if (peer === undefined) throw new Error(text)
  return { ...peer, domain }
}
const neighbourAt = (text: string, domain?: string) => ({
  peer: peerOf(text, domain),
  credentials: { token: 't' },
})

const version = (part: object = {}): Exchanged => ({
  kind: 'answered',
  status: 200,
  body: JSON.stringify({ name: 'peerfence', agentId, capabilities: ['passed-on'], ...part }),
})

/** The line about one VM, as an agent that proved its death writes it. */
const lineFor = (vm: string, by = agentId): string => {
  const request = fenceRequest({}, { vm: vmUuid(vm), fenceId: 'c'.repeat(32), passedOnBy: own })
  return `${JSON.stringify(fenceReply(fenceRecord({ request }), by))}\n`
}

interface Fake {
  readonly told?: (peer: Peer) => Exchanged
  /** Writes the body of a response in pieces, and gives how the exchange ends. */
  readonly answers?: (
    vms: readonly string[],
    write: (text: string) => void,
    signal: AbortSignal | undefined,
  ) => Promise<Exchanged> | Exchanged
}

const play = (
  { told = () => version(), answers }: Fake,
  agents = [neighbourAt('https://a:1')],
  ask = 2,
) => {
  const posts: { readonly peer: Peer; readonly body: Record<string, unknown> }[] = []
  const fake: typeof exchange = async (peer, request: PeerRequest, _credentials, limits) => {
    if (request.path === versionPath) return await Promise.resolve(told(peer))
    if (limits.signal?.aborted === true) return { kind: 'unanswered', because: 'called off' }
    const body = JSON.parse(request.body ?? '') as Record<string, unknown>
    posts.push({ peer, body })
    const write = (text: string): void => request.onChunk?.(Buffer.from(text))
    const vms = body['vmUuids'] as readonly string[]
    const end = await answers?.(vms, write, limits.signal)
    return end ?? { kind: 'answered', status: 200, body: '' }
  }
  const neighbours = createNeighbours(
    { agents, ask },
    { clock: realClock, ownAgentId: own, exchange: fake },
  )
  const over = new AbortController()
  const about = (vm: string, part: Partial<FenceRequest> = {}, leftMs = 10_500) =>
    neighbours.ask({
      request: fenceRequest({}, { vm: vmUuid(vm), ...part }),
      askedAfterMs: 7,
      leftMs: () => leftMs,
      // Every fence has its own.
      signal: AbortSignal.any([over.signal]),
    })
  return { posts, about, over }
}

const answered = async (askings: ReturnType<ReturnType<typeof play>['about']>) =>
  await Promise.all(askings.map(async ({ answer }) => await answer))

test('VMs of one suspect that come together are asked about together, each answered as it comes', async (t) => {
  const { posts, about } = play({
    answers: (vms, write) => {
      write('{"begin":true}\nno JSON\n')
      const text = vms.map((vm) => lineFor(vm)).join('')
      write(text.slice(0, 100))
      write(text.slice(100) + lineFor(hex('e')) + lineFor(hex('a')))
      return { kind: 'answered', status: 200, body: '' }
    },
  })
  const said = await Promise.all([answered(about(hex('a'))), answered(about(hex('b')))])
  t.match(said, [
    [
      {
        asked: { name: 'https://a:1', agentId, said: 'dead' },
        death: { agentId, askedAfterMs: 7 },
      },
    ],
    [{ asked: { said: 'dead', because: 'destroyed' }, death: { fenceId: 'c'.repeat(32) } }],
  ])
  t.same(
    posts.map(({ body }) => body),
    [
      {
        vmUuids: [hex('a'), hex('b')],
        targetHostIp: '192.0.2.7',
        targetHostAddresses: [],
        targetHostUuid: 'host-7',
        targetHostUsername: 'root',
        targetHostSshPort: 22,
        sshTimeoutSec: 9,
        passedOnBy: own,
      },
    ],
    'what is left less the reserve, and no secret',
  )
})

test('a refusal is no death, and is told as what it is', async (t) => {
  const { about } = play({
    answers: (vms, write) => {
      for (const vm of vms) {
        const request = fenceRequest(
          {},
          { vm: vmUuid(vm), fenceId: 'c'.repeat(32), passedOnBy: own },
        )
        const evidence = { kind: 'refusal', because: 'banner-stalled' } as const
        const record = fenceRecord({ request, evidence, verdict: decide(evidence) })
        write(`${JSON.stringify(fenceReply(record, agentId))}\n`)
      }
      return { kind: 'answered', status: 200, body: '' }
    },
  })
  const [said] = await answered(about(hex('a')))
  t.match(said, { asked: { agentId, said: 'contact', because: 'banner-stalled' } })
  t.equal(said?.death, undefined)
})

test('one VM that is asked about twice, and more than one request takes, go in others', async (t) => {
  const { posts, about } = play({})
  const twice = await Promise.all([answered(about(hex('a'))), answered(about(hex('a')))])
  t.match(twice, [[{ asked: { because: 'its answer is not whole' } }], [{}]])
  t.same(
    posts.map(({ body }) => body['vmUuids']),
    [[hex('a')], [hex('a')]],
  )
  const many = Array.from({ length: 501 }, (_, index) => String(index).padStart(32, '0'))
  await Promise.all(many.map(async (vm) => await answered(about(vm))))
  t.same(
    posts.slice(2).map(({ body }) => (body['vmUuids'] as string[]).length),
    [500, 1],
  )
})

test('nothing is asked of an agent that is too old, is us, or is asked already', async (t) => {
  const rows: readonly (readonly [string, Exchanged, RegExp])[] = [
    ['an older agent', version({ capabilities: ['batch'] }), /no agent that takes/],
    ['one that lists none', version({ capabilities: undefined }), /no agent that takes/],
    ['another program', version({ name: 'nginx' }), /no agent that takes/],
    ['one without an id', version({ agentId: undefined }), /no agent that takes/],
    ['one whose id is none', version({ agentId: 'me' }), /no agent that takes/],
    ['no JSON', { kind: 'answered', status: 200, body: '<html>' }, /no agent that takes/],
    ['a door', { kind: 'answered', status: 401, body: '{}' }, /no agent that takes/],
    ['ourselves', version({ agentId: own }), /this very agent/],
    ['nobody', { kind: 'unanswered', because: 'refused' }, /refused/],
  ]
  for (const [title, told, because] of rows) {
    const { posts, about } = play({ told: () => told })
    const asked = { agentId: '', fenceId: '', said: 'words', because, killed: { is: 'no' } }
    t.match(await answered(about(hex('a'))), [{ asked }], title)
    t.same(posts, [], title)
  }
  const both = [neighbourAt('https://a:1'), neighbourAt('https://b:1')]
  const { posts, about } = play({}, both)
  const said = await answered(about(hex('a')))
  t.match(said[1], { asked: { because: /asked already/, killed: { is: 'no' } } })
  t.equal(posts.length, 1, 'two addresses of one agent are one')
})

test('who was asked and gave no whole answer may have killed; who turned us away has not', async (t) => {
  const rows: readonly (readonly [Exchanged, RegExp, string])[] = [
    [{ kind: 'unanswered', because: 'reset' }, /reset/, 'not-known'],
    [{ kind: 'answered', status: 200, body: '' }, /not whole/, 'not-known'],
    [
      { kind: 'answered', status: 403, body: '{"code":"FENCE_PASSED_ON_NOT_TAKEN"}' },
      /403: FENCE_PASSED_ON_NOT_TAKEN/,
      'no',
    ],
    [{ kind: 'answered', status: 502, body: '<html>' }, /502: no code/, 'no'],
  ]
  for (const [end, because, is] of rows) {
    const { about } = play({ answers: () => end })
    t.match(await answered(about(hex('a'))), [
      { asked: { said: 'words', because, killed: { is } } },
    ])
  }
})

test('no time, no question', async (t) => {
  const { posts, about } = play({})
  t.match(await answered(about(hex('a'), {}, 1_999)), [{ asked: { because: /no time/ } }])
  let left = 2_500
  const late = await askNeighbour(
    neighbourAt('https://a:1'),
    {
      vms: [hex('a')],
      suspect: fenceRequest().suspect,
      requestId: 'r',
      leftMs: () => {
        left -= 200
        return left
      },
      signal: new AbortController().signal,
    },
    {
      exchange: async () => await Promise.resolve(version()),
      ownAgentId: own,
      mayAsk: () => true,
      onAsked: () => t.fail('it is not asked'),
      onAnswer: () => undefined,
    },
  )
  t.match(late, { because: /no time/, isBegun: false })
  t.same(posts, [])
})

test('a fence that ends calls off what it asked for, and nothing that is answered', async (t) => {
  let seen: AbortSignal | undefined
  const { about, over } = play({
    answers: async (vms, write, signal) => {
      seen = signal
      write(lineFor(vms[0] ?? ''))
      await new Promise((resolve) => {
        signal?.addEventListener('abort', resolve)
      })
      return { kind: 'unanswered', because: 'called off' }
    },
  })
  const [one] = about(hex('a'))
  const [two] = about(hex('b'))
  t.match(two?.soFar(), { agentId: '', killed: { is: 'no' }, because: 'no answer yet' })
  t.match(await one?.answer, { asked: { said: 'dead' } })
  t.match(two?.soFar(), { agentId, killed: { is: 'not-known' } })
  t.notOk(seen?.aborted)
  over.abort()
  t.match(await two?.answer, { asked: { because: 'called off', killed: { is: 'not-known' } } })
  const before = play({})
  before.over.abort()
  t.match(await answered(before.about(hex('a'))), [{ asked: { because: /no time|called off/ } }])
  t.same(before.posts, [])
})

test('who is asked: never the suspect, one of each failure domain first', async (t) => {
  const names = (agents: readonly ReturnType<typeof neighbourAt>[], count: number) =>
    chooseNeighbours(agents, ['192.0.2.7', 'fd77::7', 'kvm-7'], count).map(({ peer }) => peer.name)
  const [a, b, c] = [
    neighbourAt('https://a', 'r1'),
    neighbourAt('https://b', 'r1'),
    neighbourAt('https://c', 'r2'),
  ]
  t.same(names([a, b, c], 2), ['https://a', 'https://c'])
  t.same(names([a, b, c], 3), ['https://a', 'https://c', 'https://b'])
  t.same(names([neighbourAt('https://a'), neighbourAt('https://b')], 2), ['https://a', 'https://b'])
  const itself = ['https://192.0.2.7', 'https://[FD77:0:0::7]', 'https://KVM-7:9'].map((one) =>
    neighbourAt(one),
  )
  t.same(names([...itself, a], 2), ['https://a'])
  t.same(names([neighbourAt('unix:/run/x')], 2), ['unix:/run/x'])
})

test('a real agent fences in our place, is called off with us, and takes nothing that it did not opt in to', async (t) => {
  let calledOff: AbortSignal | undefined
  let hang = false
  const opened = openServer({
    fence: async (request, signal) => {
      calledOff = signal
      if (hang) await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      return fenceRecord({ request: { ...request, fenceId: 'd'.repeat(32) } })
    },
  })
  const agent = await opened.open([{ ...loopback, passedOn: 'accept' }])
  t.teardown(agent.close)
  const [address = ''] = agent.addresses
  const neighbours = createNeighbours(
    { agents: [neighbourAt(address)], ask: 2 },
    { clock: realClock, ownAgentId: own, exchange },
  )
  const over = new AbortController()
  const ask = () =>
    neighbours.ask({
      request: fenceRequest({ password: new Secret('planted') }),
      askedAfterMs: 0,
      leftMs: () => 10_000,
      signal: over.signal,
    })
  t.match(await answered(ask()), [{ asked: { said: 'dead', agentId }, death: { agentId } }])
  t.match(opened.calls, [{ passedOnBy: own, budgetMs: 9_000, requestId: 'request-1' }])
  t.notOk(opened.calls[0]?.suspect.password)
  hang = true
  const [hanging] = ask()
  while (opened.calls.length < 2) await new Promise((resolve) => setImmediate(resolve))
  over.abort()
  t.match(await hanging?.answer, { asked: { said: 'words', killed: { is: 'not-known' } } })
  await new Promise((resolve) => {
    if (calledOff?.aborted === true) resolve(undefined)
    calledOff?.addEventListener('abort', resolve)
  })
  t.ok(calledOff?.aborted)
})
