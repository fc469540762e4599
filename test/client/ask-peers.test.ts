import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import type { Test } from 'tap'
import { askPeer, askPeers } from '../../agent/client/ask-peers.ts'
import type { AskConfig } from '../../agent/client/ask-peers.ts'
import { parsePeer } from '../../agent/client/peer.ts'
import type { Peer } from '../../agent/client/peer.ts'
import { rejectionReply, plainRejection } from '../../agent/contract/reply/rejection.ts'
import { errorCodes } from '../../agent/contract/reply/error-codes.ts'
import type { ErrorCode } from '../../agent/contract/reply/error-codes.ts'
import { fenceReply } from '../../agent/contract/reply/fence-reply.ts'
import { confirmedDead, doubt, unreachable } from '../../agent/domain/verdict.ts'
import type { Verdict } from '../../agent/domain/verdict.ts'
import { fenceRecord, vmHex } from '../fixtures/values/fence-records.ts'

const question = { vmUuid: vmHex, targetHostIp: '192.0.2.7', sshTimeoutSec: 1 }

const idOf = (number: string): string => `00000000-0000-4000-8000-00000000000${number}`

const outcome = (verdict: Verdict) =>
  JSON.stringify(fenceReply(fenceRecord({ verdict }), idOf('0')))
const dead = outcome(confirmedDead('destroyed'))
const alive = outcome(doubt('unkillable'))

/** What an answer bears for an id; undefined for one without. */
const ids: Readonly<Record<string, unknown>> = {
  old: undefined,
  null: null,
  number: 1,
  list: [idOf('1')],
  empty: '',
  shout: 'ABCDEF00-0000-4000-8000-000000000001',
  longer: `${idOf('1')}\n`,
}
const silentAs = (id: string) => (response: ServerResponse) => {
  const reply = fenceReply(fenceRecord({ verdict: unreachable('every-address-silent') }), '')
  const told = Object.hasOwn(ids, id) ? ids[id] : idOf(id)
  response.end(JSON.stringify({ ...reply, agentId: told }))
}

/** A word of the table to what a peer does with a request. */
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  dead: (response) => response.end(dead),
  alive: (response) => response.end(alive),
  garbled: (response) => response.end(dead.slice(0, -1)),
  empty: (response) => response.end('{}'),
  'dead, about another VM': (response) => response.end(dead.replace(vmHex, 'f'.repeat(32))),
  old: (response) => response.writeHead(404).end('not here'),
  'cut off': (response) => response.destroy(),
  proxy: (response) => response.writeHead(502).end('<html>'),
}

const door = (code: ErrorCode) => (response: ServerResponse) =>
  response
    .writeHead(errorCodes[code].status)
    .end(JSON.stringify(rejectionReply(plainRejection(code))))

interface Row {
  readonly title: string
  /**
   * What each peer does, in the order in which they are asked; `@` its domain, `#` what the answer
   * says of its agent.
   */
  readonly peers: readonly string[]
  readonly quorum?: number
  readonly kind: string
  readonly why?: string
  /** How many of them were asked, once each and nothing else. */
  readonly asked: number
}

const rows: readonly Row[] = [
  { title: 'a proof of death', peers: ['dead', 'alive'], kind: 'start', asked: 1 },
  { title: 'silence', peers: ['silent', 'alive'], kind: 'start-at-risk', asked: 1 },
  {
    title: 'a refusal ends it: the next is not asked for a better answer',
    peers: ['alive', 'dead'],
    kind: 'refuse',
    why: 'refused',
    asked: 1,
  },
  {
    title: 'an answer that cannot be believed ends it, too',
    peers: ['garbled', 'dead'],
    kind: 'refuse',
    why: 'unclear',
    asked: 1,
  },
  {
    title: 'an empty object is no yes',
    peers: ['empty', 'dead'],
    kind: 'refuse',
    why: 'unclear',
    asked: 1,
  },
  {
    title: 'nor is a proof about another VM',
    peers: ['dead, about another VM', 'dead'],
    kind: 'refuse',
    why: 'unclear',
    asked: 1,
  },
  {
    title: 'a proxy with an error of its own',
    peers: ['proxy', 'dead'],
    kind: 'refuse',
    why: 'unclear',
    asked: 1,
  },
  {
    title: 'after a transport error and an old agent the next one is asked',
    peers: ['cut off', 'old', 'FENCE_BUSY', 'FENCE_TARGET_IS_OWN_HOST', 'dead'],
    kind: 'start',
    asked: 5,
  },
  {
    title: 'a request that is turned away for what it is ends it',
    peers: ['FENCE_TARGET_NOT_ALLOWED', 'dead'],
    kind: 'refuse',
    why: 'turned-away',
    asked: 1,
  },
  {
    title: 'nobody said anything',
    peers: ['cut off', 'old', 'FENCE_SHUTTING_DOWN'],
    kind: 'refuse',
    why: 'nobody-answered',
    asked: 3,
  },
  {
    title: 'silence for one is not silence for two',
    peers: ['silent', 'cut off'],
    quorum: 2,
    kind: 'refuse',
    why: 'quorum-missing',
    asked: 2,
  },
  {
    title: 'two that agree',
    peers: ['silent', 'old', 'silent'],
    quorum: 2,
    kind: 'start-at-risk',
    asked: 3,
  },
  {
    title: 'the second one knows better: alive',
    peers: ['silent', 'alive', 'silent'],
    quorum: 2,
    kind: 'refuse',
    why: 'refused',
    asked: 2,
  },
  {
    title: 'the second one knows better: dead',
    peers: ['silent', 'dead'],
    quorum: 2,
    kind: 'start',
    asked: 2,
  },
  {
    title: 'two of one rack are one voter, and the second is not asked',
    peers: ['silent@a', 'silent@a'],
    quorum: 2,
    kind: 'refuse',
    why: 'quorum-missing',
    asked: 1,
  },
  {
    title: 'two racks are two voters',
    peers: ['silent@a', 'silent@a', 'silent@b'],
    quorum: 2,
    kind: 'start-at-risk',
    asked: 2,
  },
  {
    title: 'a rack whose first voter outcome nothing is heard by its second',
    peers: ['cut off@a', 'silent@a', 'silent@b'],
    quorum: 2,
    kind: 'start-at-risk',
    asked: 3,
  },
  {
    title: 'two addresses of one agent are one voter',
    peers: ['silent#1', 'silent#1'],
    quorum: 2,
    kind: 'refuse',
    why: 'quorum-missing',
    asked: 2,
  },
  {
    title: 'also where they were put into two racks, and a third voter counts',
    peers: ['silent@a#1', 'silent@b#1', 'silent@c#2'],
    quorum: 2,
    kind: 'start-at-risk',
    asked: 3,
  },
  {
    title: 'an agent without an id counts by its address',
    peers: ['silent#1', 'silent'],
    quorum: 2,
    kind: 'start-at-risk',
    asked: 2,
  },
  {
    title: 'an agent whose id makes no sense may have spoken before',
    peers: [
      'silent#1',
      'silent#null',
      'silent#number',
      'silent#list',
      'silent#empty',
      'silent#shout',
      'silent#longer',
    ],
    quorum: 2,
    kind: 'refuse',
    why: 'quorum-missing',
    asked: 7,
  },
  {
    title: 'no id is looked at where one voter is enough',
    peers: ['silent#number'],
    kind: 'start-at-risk',
    asked: 1,
  },
  {
    title: 'one proof of death needs no second',
    peers: ['dead@a', 'alive@b'],
    quorum: 2,
    kind: 'start',
    asked: 1,
  },
]

const openPeers = async (t: Test, words: readonly string[]) => {
  const bodies: string[] = []
  const peers: Peer[] = []
  for (const word of words) {
    const [rest = '', id] = word.split('#')
    const [what = '', domain] = rest.split('@')
    const answer =
      what === 'silent' ? silentAs(id ?? 'old') : (answers[what] ?? door(what as ErrorCode))
    const server = createServer((request, response) => {
      request.setEncoding('utf8')
      let body = `${String(request.url)} ${String(request.headers['x-request-id'])} `
      request.on('data', (text: string) => (body += text))
      request.on('end', () => {
        bodies.push(body)
        answer(response)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const { port } = server.address() as AddressInfo
    const peer = parsePeer(`127.0.0.1:${port}${domain === undefined ? '' : `@${domain}`}`)
    if (peer !== undefined) peers.push(peer)
  }
  return { peers, bodies }
}

for (const { title, peers: words, quorum, kind, why, asked } of rows) {
  test(title, async (t) => {
    const { peers, bodies } = await openPeers(t, words)
    const told: string[] = []
    const options: AskConfig = {
      ...(quorum === undefined ? {} : { quorum }),
      onAsk: ({ name }) => told.push(name),
      onOutcome: ({ peer }) => told.push(peer.name),
    }
    const advised = await askPeers(question, peers, options)
    t.match(advised, { kind, ...(why === undefined ? {} : { why }) })
    t.equal(bodies.length, asked)
    t.equal(advised.heard.length, asked)
    t.same(
      told,
      advised.heard.flatMap(({ peer }) => [peer.name, peer.name]),
    )
  })
}

test('which agent it was is told of the answer itself', async (t) => {
  const { peers } = await openPeers(t, ['silent#1', 'silent', 'silent#number'])
  const { heard } = await askPeers(question, peers, { quorum: 3 })
  t.match(
    heard.map(({ voter }) => voter),
    [{ kind: 'told', agentId: idOf('1') }, { kind: 'untold' }, { kind: 'unknown' }],
  )
})

test('the question is sent as it was given, with its id, and explained where that is wanted', async (t) => {
  const { peers, bodies } = await openPeers(t, ['dead'])
  const [peer] = peers
  if (peer === undefined) throw new Error('no peer')
  await askPeer(question, peer, { isExplained: true, requestId: 'r7' })
  await askPeer(question, peer)
  t.same(bodies, [
    `/ha/fence/vm/from/peer?explain=1 r7 ${JSON.stringify(question)}`,
    `/ha/fence/vm/from/peer undefined ${JSON.stringify(question)}`,
  ])
})

test('silence that is old counts for nothing', async (t) => {
  const { peers } = await openPeers(t, ['silent', 'silent'])
  let now = 0
  const options = { quorum: 2, nowMs: () => now, onOutcome: () => (now += 61_000) }
  t.match(await askPeers(question, peers, options), { kind: 'refuse', why: 'quorum-missing' })
})

test('what cannot be asked is not begun', async (t) => {
  const { peers, bodies } = await openPeers(t, ['dead'])
  await t.rejects(askPeers(question, []), /no peer/)
  await t.rejects(askPeers(question, [...peers, ...peers], { quorum: 2 }), /another one/)
  for (const quorum of [0, 2, 1.5, Number.NaN]) {
    await t.rejects(askPeers(question, peers, { quorum }), /quorum/)
  }
  t.equal(bodies.length, 0)
})
