// runs in a process of its own: it changes the user of the process
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { editTokensFile, readTokensFile } from '../../../agent/cli/token/token-file.ts'
import { ownOwner, readSecretFile } from '../../../agent/base/file/secret-file.ts'

const adding = (text: string) => ({ kind: 'text', text: `${text}x\n` }) as const
const isRoot = process.geteuid?.() === 0
const modeOf = (file: string): number => statSync(file).mode & 0o777

test('the whole text or nothing, closed to others', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'tokens')
  t.equal(await editTokensFile(file, folder, adding), undefined)
  t.equal(await editTokensFile(file, folder, adding), undefined)
  t.equal(readFileSync(file, 'utf8'), 'x\nx\n')
  t.equal(modeOf(file), 0o600)
  chmodSync(file, 0o644)
  t.equal(await editTokensFile(file, folder, adding), undefined)
  t.equal(modeOf(file), 0o600, 'and one that was open to others is closed')
  t.equal((await readSecretFile(file, ownOwner())).kind, 'read')
  const refused = () => ({ kind: 'refused', because: 'no' }) as const
  t.equal(await editTokensFile(file, folder, refused), 'no')
  t.equal(readFileSync(file, 'utf8'), 'x\nx\nx\n')
})

test('one writer at a time', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'tokens')
  const many = await Promise.all(
    Array.from({ length: 5 }, async () => await editTokensFile(file, folder, adding)),
  )
  t.ok(many.every((because) => because === undefined))
  t.equal(readFileSync(file, 'utf8'), 'x\n'.repeat(5))
  writeFileSync(`${file}.lock`, 'somebody')
  t.match(await editTokensFile(file, folder, adding), /somebody else/)
})

test('what is too long, or no file, is not read', async (t) => {
  const folder = t.testdir({ long: 'x'.repeat(70_000) })
  await t.rejects(readTokensFile(join(folder, 'long')), /longer than/)
  await t.rejects(readTokensFile(folder), { code: 'EISDIR' })
})

test(
  'root writes what the group of the agent may read and nobody but root may write',
  { skip: !isRoot },
  async (t) => {
    const folder = t.testdir({})
    const [state, file] = [join(folder, 'state'), join(folder, 'tokens')]
    mkdirSync(state)
    chownSync(state, 65_534, 65_533)
    t.equal(await editTokensFile(file, state, adding), undefined)
    t.match(statSync(file), { uid: 0, gid: 65_533 })
    t.equal(modeOf(file), 0o640)
    t.equal((await readSecretFile(file, { user: 65_534, group: 65_533 })).kind, 'read')
    chownSync(file, 65_534, 0)
    t.equal(await editTokensFile(file, state, adding), undefined)
    t.match(statSync(file), { uid: 65_534, gid: 65_533 }, 'the agent’s own stays the agent’s own')
    chownSync(file, 1234, 0)
    t.equal(await editTokensFile(file, state, adding), undefined)
    t.match(statSync(file), { uid: 0 }, 'a stranger’s does not stay a stranger’s')
    t.equal(await editTokensFile(join(folder, 'other'), join(folder, 'none'), adding), undefined)
    t.equal(modeOf(join(folder, 'other')), 0o600)
  },
)

test('anybody else writes their own', { skip: !isRoot }, async (t) => {
  const folder = t.testdir({})
  chmodSync(folder, 0o777)
  process.seteuid?.(65_534)
  t.teardown(() => process.seteuid?.(0))
  const file = join(folder, 'tokens')
  const because = await editTokensFile(file, folder, adding)
  process.seteuid?.(0)
  t.equal(because, undefined)
  t.equal(statSync(file).uid, 65_534)
  t.equal(modeOf(file), 0o600)
})
