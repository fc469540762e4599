import { test } from 'tap'
import * as paths from '../../../agent/contract/api/paths.ts'
import { page } from '../../fixtures/values/contract-page.ts'

test('the contract page has every path', async (t) => {
  for (const path of Object.values(paths)) t.ok(page().includes(path), path)
})
