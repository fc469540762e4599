import { test } from 'tap'
import { answerReserveMs, contactBudgetMs } from '../../agent/fence/budget.ts'

test('the contact gets what arrival and answer leave', async (t) => {
  t.equal(contactBudgetMs(20_000, 1_000, 1_000), 20_000 - answerReserveMs)
  t.equal(contactBudgetMs(20_000, 1_000, 1_250), 20_000 - answerReserveMs - 250)
})
