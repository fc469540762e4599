import { test } from 'tap'
import { adviceOf, callerMay } from '../../../agent/contract/words/advice.ts'
import { haMay } from '../../../agent/contract/reply/explain.ts'
import { doubts } from '../../../agent/domain/verdict.ts'
import { page, tableUnder, word } from '../../fixtures/values/contract-page.ts'

test('there is advice for every reason to refuse, in whole ASCII sentences', async (t) => {
  t.same(Object.keys(adviceOf).toSorted(), [...doubts].toSorted())
  for (const because of doubts) {
    t.match(adviceOf[because].person, /^[A-Z][\x20-\x7e]{20,400}\.$/, because)
    t.notMatch(adviceOf[because].person, /start the VM elsewhere/, because)
  }
})

test('whatever a caller may do after a refusal, it refuses', async (t) => {
  for (const words of Object.values(callerMay)) t.match(words, /^refuses/)
})

test('the contract page says for every reason what HA does and what a person does', async (t) => {
  const listed = tableUnder('### `qemuStillAlive`').map(([because, , ha, person]) => [
    word(because),
    ha,
    person,
  ])
  t.strictSame(
    listed,
    doubts.map((because) => {
      const { caller, person } = adviceOf[because]
      return [because, callerMay[caller], person]
    }),
  )
  for (const words of Object.values(haMay)) t.ok(page().includes(`\nHA ${words}.\n`), words)
})
