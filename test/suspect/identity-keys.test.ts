import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { readIdentityKeys } from '../../agent/suspect/identity-keys.ts'

test('keys are read as secrets, in their order', async (t) => {
  const files = ['one', 'two'].map((name) => join(t.testdir(), name))
  for (const file of files) writeFileSync(file, `key of ${file}`)
  const keys = await readIdentityKeys(files)
  t.same(
    keys.map((key) => key.reveal()),
    files.map((file) => `key of ${file}`),
  )
  t.notMatch(JSON.stringify(keys), /key of/)
})

test('a key that is not there is a fault that names its file', async (t) => {
  await t.rejects(readIdentityKeys([join(t.testdir(), 'absent')]), /absent/)
})
