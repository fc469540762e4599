import { test } from 'tap'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  silenceProofs,
  unreachable,
} from '../../agent/domain/verdict.ts'
import { parseVerdict, verdictWords } from '../../agent/domain/verdict-word.ts'

test('what is written down of a verdict reads as that verdict', async (t) => {
  const verdicts = [
    ...deathProofs.map(confirmedDead),
    ...silenceProofs.map(unreachable),
    ...doubts.map(doubt),
  ]
  for (const verdict of verdicts) {
    t.strictSame(parseVerdict(verdictWords[verdict.kind], verdict.because), verdict)
  }
})

test('a word with a reason of another kind, or with none, is no verdict', async (t) => {
  for (const [word, reason] of [
    ['qemuConfirmedDead', 'every-address-silent'],
    ['qemuConfirmedDead', 'unkillable'],
    ['targetHostUnreachable', 'destroyed'],
    ['qemuStillAlive', 'destroyed'],
    ['qemuConfirmedDead', ''],
    ['qemuConfirmedDead', undefined],
    ['confirmed-dead', 'destroyed'],
    ['', 'destroyed'],
    [undefined, 'unkillable'],
  ]) {
    t.equal(parseVerdict(word, reason), undefined, `${word} ${reason}`)
  }
})
