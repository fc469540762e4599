import { test } from 'tap'
import { plainRejection } from '../../../agent/contract/reply/rejection.ts'
import { drillReport } from '../../../agent/contract/reply/drill-report.ts'
import { flawWords, hindranceWords } from '../../../agent/contract/words/drill-words.ts'
import { lookDoubts } from '../../../agent/domain/sight.ts'
import { doubts } from '../../../agent/domain/verdict.ts'
import { drillDoubts, flaws } from '../../../agent/inspect/finding.ts'
import { cleanReport } from '../../fixtures/values/evidence.ts'
import {
  drilledHost,
  drillSeen,
  goodTools,
  lookOf,
  refusedLook,
} from '../../fixtures/values/drills.ts'
import { fenceRequest } from '../../fixtures/values/fence-records.ts'

const at = '2026-11-25T08:00:00.000Z'
const { suspect } = fenceRequest()

test('a host that could be fenced, with what it has and what is weak', async (t) => {
  const look = lookOf(
    { virsh: 'no-answer' },
    { skewSec: 70, tools: { ...goodTools, bash: '5\u001b[2' } },
  )
  const { hosts, ...rest } = drillReport([drilledHost(look, drillSeen())], true, at)
  t.same(rest, { at, drilled: true, could: 1, of: 1 })
  t.strictSame(hosts[0], {
    host: '192.0.2.7',
    port: 22,
    could: 'yes',
    reason: '',
    summary: 'A VM could be fenced there.',
    nextStep: '',
    flaws: [
      { flaw: 'libvirt-no-answer', nextStep: flawWords['libvirt-no-answer'] },
      { flaw: 'clock-skew', nextStep: flawWords['clock-skew'] },
    ],
    phase: 'run',
    tools: {
      bash: '5?[2',
      kernel: '6.1',
      pgrep: '4.0.2',
      maxSessions: '10',
      maxStartups: '10:30:100',
    },
    virsh: 'no-answer',
    pgrep: 'agreed',
    skewSec: 70,
    canaryMs: 10,
    durationMs: 61,
  })
})

test('hosts that could not be, and those that are not to be asked', async (t) => {
  const own = lookOf({ host: { ...cleanReport.host, is: 'own-host' } })
  const report = drillReport(
    [
      drilledHost(refusedLook('sudo-refused')),
      drilledHost(),
      drilledHost(own),
      { suspect, refusal: plainRejection('FENCE_TARGET_IS_OWN_HOST') },
      { suspect, refusal: plainRejection('FENCE_TARGET_NOT_ALLOWED') },
      drilledHost({
        ...refusedLook('name-not-resolved'),
        trail: { address: '', phases: [], detail: '' },
      }),
    ],
    false,
    at,
  )
  t.match(report, { drilled: false, could: 1, of: 4 })
  t.match(report.hosts, [
    {
      could: 'no',
      reason: 'sudo-refused',
      phase: 'run',
      summary: /not root/,
      nextStep: /Grant the user sudo/,
    },
    { could: 'yes' },
    { could: 'left-out', reason: 'own-host' },
    { could: 'left-out', reason: 'FENCE_TARGET_IS_OWN_HOST', nextStep: '' },
    { could: 'no', reason: 'FENCE_TARGET_NOT_ALLOWED', nextStep: /suspects\.networks/ },
    { could: 'no', reason: 'name-not-resolved', phase: '' },
  ])
  t.notOk('tools' in Object(report.hosts[0]), 'what was not told is not there')
  t.notMatch(JSON.stringify(report), /qemuConfirmedDead|targetHostUnreachable|qemuStillAlive/)
})

test('every hindrance has its sentence and its advice, and so has every flaw', async (t) => {
  for (const because of [...doubts, ...lookDoubts, ...drillDoubts]) {
    const { summary, nextStep } = hindranceWords(because, lookOf({}))
    t.match(summary, /^[A-Z].*\.$/, because)
    t.match(nextStep, /^[A-Z].*\.$/, because)
  }
  for (const flaw of flaws) t.match(flawWords[flaw], /^[A-Za-z].*[.?]$/, flaw)
})
