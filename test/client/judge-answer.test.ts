import * as fc from 'fast-check'
import { test } from 'tap'
import { rejectionReply, plainRejection } from '../../agent/contract/reply/rejection.ts'
import { errorCodes } from '../../agent/contract/reply/error-codes.ts'
import type { ErrorCode } from '../../agent/contract/reply/error-codes.ts'
import { explainedReply } from '../../agent/contract/reply/explain.ts'
import { fenceReply } from '../../agent/contract/reply/fence-reply.ts'
import { judgeAnswer } from '../../agent/client/judge-answer.ts'
import { confirmedDead, doubt, doubts, unreachable } from '../../agent/domain/verdict.ts'
import { agentId, fenceRecord, vmHex } from '../fixtures/values/fence-records.ts'

const asked = { vmUuid: vmHex, targetHostIp: '192.0.2.7' }
const good = fenceReply(fenceRecord(), agentId)
const judge = (part: object | string, status = 200) =>
  judgeAnswer(asked, status, typeof part === 'string' ? part : JSON.stringify({ ...good, ...part }))

test('the agent’s own answers are what they say', async (t) => {
  t.match(judge({}), { kind: 'confirmed-dead', answer: { reason: 'destroyed', nextStep: '' } })
  const silence = fenceReply(fenceRecord({ verdict: unreachable('every-address-silent') }), agentId)
  t.match(judge(silence), { kind: 'unreachable', answer: { reason: 'every-address-silent' } })
  for (const because of doubts) {
    const reply = explainedReply(fenceRecord({ verdict: doubt(because) }), agentId)
    t.match(
      judge(JSON.stringify(reply)),
      { kind: 'refused', answer: { reason: because, nextStep: /./, explanation: [/fence/] } },
      because,
    )
  }
  const dashed = vmHex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-').toUpperCase()
  const differently = { vmUuid: dashed, targetHostIp: '192.0.2.7' }
  t.match(judgeAnswer(differently, 200, JSON.stringify(good)), { kind: 'confirmed-dead' })
})

const unbelievable: readonly (readonly [string, object | string, number?])[] = [
  ['nothing', ''],
  ['no JSON', '<html>'],
  ['a JSON string', '"qemuConfirmedDead"'],
  ['a list', '[true]'],
  ['null', 'null'],
  ['an answer that was cut off', JSON.stringify(good).slice(0, -1)],
  ['an empty object, which a later node takes for a yes', '{}'],
  ['success alone', '{"success":true}'],
  ['no verdict that is true', { qemuConfirmedDead: false }],
  ['two that are true', { targetHostUnreachable: true }],
  ['dead and alive', { qemuStillAlive: true }],
  ['all three', { qemuStillAlive: true, targetHostUnreachable: true }],
  ['a word for a boolean', { qemuConfirmedDead: 'true' }],
  ['a number for a boolean', { qemuConfirmedDead: 1 }],
  ['a word for one of the others', { qemuStillAlive: 'false' }],
  ['null for one of the others', { targetHostUnreachable: null }],
  ['one of the others is missing', { qemuStillAlive: undefined }],
  ['success that is false', { success: false }],
  ['success that is missing', { success: undefined }],
  ['success that is a word', { success: 'true' }],
  ['a verdict that names another', { verdict: 'qemuStillAlive' }],
  ['no name of the verdict', { verdict: undefined }],
  ['another VM', { vmUuid: 'f'.repeat(32) }],
  ['no VM', { vmUuid: undefined }],
  ['another host', { targetHostIp: '192.0.2.8' }],
  ['another status that is good', {}, 201],
  ['a redirect', {}, 302],
  ['an error with a good body', {}, 500],
  ['an error of somebody else', '{"message":"no"}', 502],
]

for (const [title, part, status] of unbelievable) {
  test(`not believed: ${title}`, async (t) => {
    t.match(judge(part, status), { kind: 'unclear', because: /./ })
  })
}

test('who is turned away knows whether another peer may be asked', async (t) => {
  const ofPeer = new Set<ErrorCode>([
    'FENCE_TARGET_IS_OWN_HOST',
    'FENCE_REQUEST_TIMEOUT',
    'FENCE_CALLER_TOO_OFTEN',
    'FENCE_BUSY',
    'FENCE_SUSPECT_BUSY',
    'FENCE_SHUTTING_DOWN',
    'FENCE_INTERNAL',
  ])
  for (const [name, { status }] of Object.entries(errorCodes)) {
    const code = name as ErrorCode
    const body = JSON.stringify(rejectionReply(plainRejection(code)))
    const judged = judgeAnswer(asked, status, body)
    if (code === 'FENCE_NO_SUCH_PATH') t.same(judged, { kind: 'no-such-path' })
    else t.match(judged, { kind: 'turned-away', status, code, isOfPeer: ofPeer.has(code) }, code)
  }
  t.same(judge('nginx', 404), { kind: 'no-such-path' })
})

test('only a whole, single, true verdict about this VM on this host lets anybody proceed', async (t) => {
  const word = fc.constantFrom(true, false, 'true', 1, 0, null, undefined)
  fc.assert(
    fc.property(
      fc.record({
        success: word,
        qemuConfirmedDead: word,
        qemuStillAlive: word,
        targetHostUnreachable: word,
        verdict: fc.constantFrom('qemuConfirmedDead', 'targetHostUnreachable', 'x', undefined),
        vmUuid: fc.constantFrom(vmHex, 'f'.repeat(32)),
        targetHostIp: fc.constantFrom('192.0.2.7', '192.0.2.8'),
      }),
      fc.constantFrom(200, 200, 200, 204, 404, 503),
      (body, status) => {
        const { kind } = judgeAnswer(asked, status, JSON.stringify(body))
        const isAbout = body.vmUuid === vmHex && body.targetHostIp === '192.0.2.7'
        const isWhole = status === 200 && body.success === true && isAbout
        const { qemuConfirmedDead: dead, qemuStillAlive: alive, targetHostUnreachable: gone } = body
        const isDead =
          isWhole &&
          dead === true &&
          alive === false &&
          gone === false &&
          body.verdict === 'qemuConfirmedDead'
        const isGone =
          isWhole &&
          gone === true &&
          alive === false &&
          dead === false &&
          body.verdict === 'targetHostUnreachable'
        return (kind === 'confirmed-dead') === isDead && (kind === 'unreachable') === isGone
      },
    ),
    { numRuns: 20_000 },
  )
  t.pass('no counter-example')
})

test('words that are missing or of another type are read as none', async (t) => {
  const part = { reason: 1, summary: null, explanation: [1, 'two'], durationMs: 'x', fenceId: {} }
  t.match(judge(part), {
    kind: 'confirmed-dead',
    answer: { reason: '', summary: '', explanation: ['', 'two'], durationMs: 0, fenceId: '' },
  })
  t.match(judgeAnswer(asked, 400, '{"code":"FENCE_BUSY","error":7}'), { error: '' })
  t.match(judge(fenceReply(fenceRecord({ verdict: confirmedDead('zombie-only') }), agentId)), {
    kind: 'confirmed-dead',
  })
})
