import { test } from 'tap'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  mayProceed,
  silenceProofs,
  unreachable,
} from '../../agent/domain/verdict.ts'

test('only a proof lets HA proceed', async (t) => {
  for (const because of deathProofs) t.ok(mayProceed(confirmedDead(because)), because)
  for (const because of silenceProofs) t.ok(mayProceed(unreachable(because)), because)
  for (const because of doubts) t.notOk(mayProceed(doubt(because)), because)
})

test('every reason word is of its own, in small letters', async (t) => {
  const all = [...deathProofs, ...silenceProofs, ...doubts]
  t.equal(new Set(all).size, all.length)
  for (const word of all) t.match(word, /^[a-z]+(-[a-z]+)*$/)
})
