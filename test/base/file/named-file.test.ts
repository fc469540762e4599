import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { readNamed, readNamedSecret } from '../../../agent/base/file/named-file.ts'
import { ownOwner } from '../../../agent/base/file/secret-file.ts'

test('what a setting names is read, or said with the setting and the file', async (t) => {
  const folder = t.testdir({ open: 'text\n', key: 'key\n' })
  const [open, key, none] = ['open', 'key', 'none'].map((name) => join(folder, name))
  chmodSync(String(key), 0o600)
  chmodSync(String(open), 0o644)
  t.equal(await readNamed('/a/b', String(open)), 'text\n')
  t.equal(await readNamedSecret('/a/b', String(key), ownOwner()), 'key\n')
  await t.rejects(readNamed('/a/b', String(none)), {
    message: `/a/b: ${String(none)} cannot be read (ENOENT)`,
  })
  await t.rejects(readNamedSecret('c.d', String(none), ownOwner()), {
    message: `c.d: ${String(none)} cannot be read (ENOENT)`,
  })
  await t.rejects(readNamedSecret('c.d', String(open), ownOwner()), {
    message: new RegExp(`^c\\.d: ${String(open)} must be closed to everybody else`),
  })
})
