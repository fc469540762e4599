import { test } from 'tap'
import { judgeAnswer } from '../../agent/client/judge-answer.ts'
import { fenceReply } from '../../agent/contract/reply/fence-reply.ts'
import { decide } from '../../agent/domain/decide.ts'
import type { Evidence, HostIs } from '../../agent/domain/evidence.ts'
import { doubts } from '../../agent/domain/verdict.ts'
import type { ContactTrail } from '../../agent/fence/contact-trail.ts'
import { neighbourWord } from '../../agent/neighbours/neighbour-answer.ts'
import { plainObject } from '../../agent/neighbours/plain-object.ts'
import {
  cleanReport,
  passedOn,
  silent,
  silentAddress,
  someNeighbourDeath,
} from '../fixtures/values/evidence.ts'
import {
  agentId,
  fenceRecord,
  fenceRequest,
  reportEvidence,
  vmHex,
} from '../fixtures/values/fence-records.ts'

const own = '11111111-1111-4111-8111-111111111111'
const quiet: ContactTrail = { address: '', phases: [], detail: '' }
const fenceId = 'c0ffee00c0ffee00c0ffee00c0ffee00'

const question = (hostUuid = 'host-7') => ({
  vmUuid: vmHex,
  targetHostIp: '192.0.2.7',
  targetHostUuid: hostUuid,
  ownAgentId: own,
  agentId,
})

/** As an agent answers it, with what a test spoils. */
const word = (evidence: Evidence, trail = quiet, hostUuid = 'host-7', spoil: object = {}) => {
  const request = fenceRequest({ hostUuid }, { fenceId, passedOnBy: own })
  const record = fenceRecord({ request, verdict: decide(evidence), evidence, trail })
  const body = { ...fenceReply(record, agentId), ...spoil }
  const judged = judgeAnswer(question(hostUuid), 200, JSON.stringify(body))
  return neighbourWord(question(hostUuid), judged)
}

const hostThatIs = (is: HostIs) => reportEvidence({ host: { ...cleanReport.host, is } })

test('a death that shows the host that was meant is believed', async (t) => {
  const { death, ...said } = word(reportEvidence())
  t.same(said, { said: 'dead', because: 'destroyed', fenceId, killed: { is: 'yes', pids: [84] } })
  t.match(death, { agentId, fenceId, because: 'destroyed', host: 'as-named', isUuidSent: true })
  t.match(death?.theirs, { kind: 'report', host: 'as-named', finalScan: { living: 0 } })
  t.equal(word(hostThatIs('as-bound')).said, 'dead')
  t.equal(word(hostThatIs('by-key'), quiet, '').said, 'dead')
})

test('one on any other machine is contact with something, and no more', async (t) => {
  for (const [is, hostUuid] of [
    ['by-key', 'host-7'],
    ['unconfirmed', 'host-7'],
    ['unconfirmed', ''],
    ['as-named', ''],
    ['as-bound', ''],
  ] as const) {
    t.match(word(hostThatIs(is), quiet, hostUuid), { said: 'contact', death: undefined }, is)
  }
})

test('no answer with one wrong word is believed', async (t) => {
  const scan = cleanReport.finalScan
  const report = { kind: 'report', host: 'as-named', finalScan: scan }
  const foreign: readonly (readonly [string, object])[] = [
    ['another VM', { vmUuid: 'f'.repeat(32) }],
    ['another address', { targetHostIp: '192.0.2.8' }],
    ['another host', { targetHostUuid: 'host-8' }],
    ['asked by somebody else', { passedOnBy: agentId }],
    ['an older agent, which does not know who asked', { passedOnBy: undefined }],
    ['another agent', { agentId: '22222222-2222-4222-8222-222222222222' }],
    ['ourselves', { agentId: own }],
    ['nobody', { agentId: '' }],
    ['success that is a word', { success: 'true' }],
    ['two verdicts', { qemuStillAlive: true }],
    ['a verdict of another name', { verdict: 'qemuStillAlive' }],
  ]
  for (const [title, spoil] of foreign) {
    t.match(word(reportEvidence(), quiet, 'host-7', spoil), { said: 'words', fenceId: '' }, title)
  }
  t.match(word(silent({ lastedMs: 1 }), quiet, 'host-7', { vmUuid: 'f'.repeat(32) }), {
    said: 'words',
    because: 'the answer is about another VM',
  })
  const hollow: readonly (readonly [string, object])[] = [
    ['a reason that is none', { reason: 'every-address-silent' }],
    ['no fence', { fenceId: '' }],
    ['a third agent', { by: { agentId, fenceId } }],
    ['no evidence', { evidence: undefined }],
    ['evidence that is a word', { evidence: 'report' }],
    ['silence', { evidence: { ...report, kind: 'silence' } }],
    ['a death of a third agent', { evidence: { ...report, kind: 'passed-on' } }],
    ['no last scan', { evidence: { ...report, finalScan: undefined } }],
    ['a hold that was cut', { evidence: { ...report, finalScan: { ...scan, hold: 'cut' } } }],
    ['no host', { evidence: { ...report, host: undefined } }],
    ['a list of hosts', { evidence: { ...report, host: ['as-named'] } }],
    ...(['living', 'newcomers', 'unattributable', 'ambiguous', 'unreadable'] as const).map(
      (one) => [one, { evidence: { ...report, finalScan: { ...scan, [one]: 1 } } }] as const,
    ),
    ['a count that is a text', { evidence: { ...report, finalScan: { ...scan, living: '0' } } }],
  ]
  for (const [title, spoil] of hollow) {
    const found = word(reportEvidence(), quiet, 'host-7', spoil)
    t.match(found, { said: 'contact', because: /not believed/, death: undefined }, title)
  }
  const self = { ...question(), agentId: own }
  const body = fenceReply(fenceRecord({ request: fenceRequest({}, { passedOnBy: own }) }), own)
  t.equal(neighbourWord(self, judgeAnswer(self, 200, JSON.stringify(body))).said, 'words')
})

test('what answers nothing changes nothing', async (t) => {
  const gone = { is: 'no', pids: [] } as const
  const rows = [
    [404, '', gone],
    [503, '{"code":"FENCE_BUSY"}', gone],
    [200, 'x', { is: 'not-known', pids: [] }],
    [200, '{}', { is: 'not-known', pids: [] }],
  ] as const
  for (const [status, text, killed] of rows) {
    const found = neighbourWord(question(), judgeAnswer(question(), status, text))
    t.match(found, { said: 'words', fenceId: '', killed }, text)
  }
})

test('the silence of a neighbour is words, and so is its own trouble', async (t) => {
  t.match(word(silent()), { said: 'words', because: 'every-address-silent' })
  t.equal(word(silent({ lastedMs: 1 })).said, 'words')
  t.equal(word(silent({ addresses: [] })).said, 'words')
  const own0 = { kind: 'own-trouble', because: 'credentials-unusable' } as const
  t.equal(word(own0).said, 'words')
  const phases = [{ phase: 'connect', ms: 1 }] as const
  const earlier = [{ because: 'own-network-trouble', detail: '', ms: 1 }] as const
  t.equal(word({ kind: 'out-of-time' }, { ...quiet, phases, earlier }).said, 'words')
})

test('every refusal with a sign of life is contact, and so is every one that nobody knows', async (t) => {
  const heard: readonly (readonly [string, Evidence, ContactTrail, object?])[] = [
    ['a report', reportEvidence({ virsh: 'running', qemus: [] }), quiet],
    ['a banner that stalled', { kind: 'refusal', because: 'banner-stalled' }, quiet],
    ['silence after contact', silent({ contactBefore: true }), quiet],
    ['a ping', silent({ addresses: [{ ...silentAddress, echo: 'replied' }] }), quiet],
    ['an ICMP error', silent({ addresses: [{ ...silentAddress, tcp: 'icmp-error' }] }), quiet],
    // Whatever the word for it: the evidence shows it.
    ...[
      silent({ contactBefore: true }),
      silent({ heardBy: ['x'] }),
      silent({ addresses: [{ ...silentAddress, echo: 'replied' }] }),
      silent({ addresses: [{ ...silentAddress, tcp: 'answered' }] }),
      silent({ addresses: [{ ...silentAddress, neighbour: 'answered' }] }),
    ].map((one) => ['a reason beside it', one, quiet, { reason: 'peer-isolated' }] as const),
    ['what another one heard', silent({ heardBy: ['x'] }), quiet],
    ['a death of a third that is none', passedOn({ host: 'unconfirmed' }), quiet],
    ['a login that took all the time', { kind: 'out-of-time' }, { ...quiet, address: '192.0.2.7' }],
    [
      'a handshake that took all the time',
      { kind: 'out-of-time' },
      { ...quiet, phases: [{ phase: 'handshake', ms: 1 }] },
    ],
    [
      'contact before our time was up',
      { kind: 'out-of-time' },
      { ...quiet, earlier: [{ because: 'connection-reset', detail: '', ms: 1 }] },
    ],
    ['a reason of a later release', { kind: 'out-of-time' }, quiet, { reason: 'later' }],
    ['evidence of a later release', { kind: 'out-of-time' }, quiet, { evidence: { kind: 'x' } }],
    ['no evidence', { kind: 'out-of-time' }, quiet, { evidence: null }],
    ['no contact', { kind: 'out-of-time' }, quiet, { evidence: { kind: 'out-of-time' } }],
    [
      'phases that are no list',
      { kind: 'out-of-time' },
      quiet,
      { evidence: { kind: 'out-of-time', contact: { address: '', phases: 'x', earlier: [] } } },
    ],
  ]
  for (const [title, evidence, trail, spoil] of heard) {
    t.equal(word(evidence, trail, 'host-7', spoil).said, 'contact', title)
  }
  const refusals = doubts.map((because) => word({ kind: 'refusal', because }).said)
  t.ok(refusals.every((said) => said === 'contact'))
})

test('what it killed is believed as far as it makes sense', async (t) => {
  const killed = (value: unknown) => word(silent(), quiet, 'host-7', { killed: value }).killed
  t.same(killed({ is: 'no', pids: [1] }), { is: 'no', pids: [] })
  t.same(killed({ is: 'yes', pids: [1, 'x', 2.5] }), { is: 'yes', pids: [1] })
  t.same(killed({ is: 'yes' }), { is: 'yes', pids: [] })
  for (const odd of [undefined, null, 'no', { is: 'maybe' }]) {
    t.same(killed(odd), { is: 'not-known', pids: [] })
  }
})

test('its evidence is shown in plain words, and bounded', async (t) => {
  const deep = { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } }
  t.same(plainObject({ 'k\u0007': 'v\u0007', n: 1, b: true, z: null, l: ['x', { y: 2 }] }), {
    'k?': 'v?',
    n: 1,
    b: true,
    z: undefined,
    l: ['x', { y: 2 }],
  })
  t.notMatch(JSON.stringify(plainObject(deep)), /1/)
  const long = plainObject({ s: 'x'.repeat(1_000), l: Array.from({ length: 100 }, () => 1) })
  t.ok(JSON.stringify(long).length < 300)
  t.equal(
    Object.keys(plainObject(Object.fromEntries(Array.from({ length: 100 }, (_, key) => [key, 1]))))
      .length,
    32,
  )
  t.ok(someNeighbourDeath.theirs)
})
