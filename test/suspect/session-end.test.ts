import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import { doubts, mayProceed } from '../../agent/domain/verdict.ts'
import { detailOf, doubtOf, evidenceOf, sessionEnds } from '../../agent/suspect/session-end.ts'

test('no end of a session lets HA proceed', async (t) => {
  t.ok(sessionEnds.length > 20)
  for (const end of sessionEnds) {
    const verdict = decide(evidenceOf(end))
    t.equal(mayProceed(verdict), false, end)
    t.equal(verdict.because, doubtOf(end), `${end} is called ${doubtOf(end)}`)
    t.ok(doubts.includes(doubtOf(end)))
    t.match(detailOf(end), /^[a-zA-Z][a-zA-Z ,()]+$/, 'the detail is a plain sentence')
  }
})

test('whose fault it is', async (t) => {
  t.strictSame(evidenceOf('late'), { kind: 'out-of-time' })
  t.strictSame(evidenceOf('aborted'), { kind: 'out-of-time' })
  t.strictSame(evidenceOf('credentials-unusable'), {
    kind: 'own-trouble',
    because: 'credentials-unusable',
  })
  t.strictSame(evidenceOf('client-unusable'), { kind: 'own-trouble', because: 'internal-error' })
  t.strictSame(evidenceOf('contact-lost'), { kind: 'refusal', because: 'contact-lost' })
  t.strictSame(evidenceOf('exec-stalled'), { kind: 'refusal', because: 'contact-lost' })
})
