import { test } from 'tap'
import { fieldRules } from '../../../agent/contract/request/field-rules.ts'
import { summaries } from '../../../agent/contract/words/summary.ts'
import { deathProofs, doubts, silenceProofs } from '../../../agent/domain/verdict.ts'
import type { Because } from '../../../agent/domain/verdict.ts'
import { page, tableUnder, word } from '../../fixtures/values/contract-page.ts'

const reasons: readonly Because[] = [...deathProofs, ...silenceProofs, ...doubts]

test('there is a sentence for every reason and for nothing else', async (t) => {
  t.same(Object.keys(summaries).toSorted(), reasons.toSorted())
  for (const reason of reasons) {
    t.match(summaries[reason], /^[A-Z][\x20-\x7e]{20,}\.$/, `${reason} has one ASCII sentence`)
    t.notMatch(summaries[reason].slice(0, -1), /[.!?] /, `${reason} has one sentence only`)
  }
})

test('a refusal says what to do next', async (t) => {
  for (const reason of doubts) t.match(summaries[reason], /[;,] .*\./, reason)
})

test('the contract page lists every reason under its verdict, with the same sentence', async (t) => {
  const rows: readonly (readonly [string, readonly Because[]])[] = [
    ['### `qemuConfirmedDead`', deathProofs],
    ['### `targetHostUnreachable`', silenceProofs],
    ['### `qemuStillAlive`', doubts],
  ]
  for (const [heading, words] of rows) {
    const listed = tableUnder(heading).map(([reason, summary]) => [word(reason), summary])
    t.strictSame(
      listed,
      words.map((reason) => [reason, summaries[reason]]),
      heading,
    )
  }
})

test('the contract page lists every request field with its rule', async (t) => {
  const listed = tableUnder('## The request').map(([field, , rule]) => [word(field), rule])
  const { vmUuids, ...ofOneVm } = fieldRules
  t.strictSame(listed, Object.entries(ofOneVm))
  t.ok(
    vmUuids !== undefined &&
      page().replaceAll('`', '').replaceAll('\n', ' ').includes(`vmUuids, ${vmUuids}`),
  )
})
