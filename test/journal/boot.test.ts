import { test } from 'tap'
import { readBootId } from '../../agent/journal/boot.ts'

test('one run of this machine has one id, and no file has none', async (t) => {
  const id = await readBootId()
  t.match(id, /^[0-9a-f-]{36}$/)
  t.equal(await readBootId(), id)
  t.equal(await readBootId('/absent'), '')
})
