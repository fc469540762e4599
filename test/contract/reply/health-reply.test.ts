import { test } from 'tap'
import { capabilities } from '../../../agent/contract/reply/health-reply.ts'
import { page } from '../../fixtures/values/contract-page.ts'

test('the contract page names every capability', async (t) => {
  for (const one of capabilities) t.ok(page().includes(`\`${one}\``), one)
})
