import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { brokenRule, ownOwner, readSecretFile } from '../../../agent/base/file/secret-file.ts'

const us = ownOwner()
const write = (file: string, mode: number, text = 'the secret'): string => {
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}
const readAs = async (file: string, owner = us) => {
  const read = await readSecretFile(file, owner)
  return read.kind === 'read' ? read.secret.reveal() : read.rule
}

test('who may have a secret of ours open', async (t) => {
  const file = join(t.testdir({}), 'key')
  const [other, group] = [us.user + 7, us.group + 7]
  const rows = [
    [0o600, us, /^the secret$/],
    [0o400, us, /^the secret$/],
    [0o700, us, /^the secret$/],
    [0o640, us, /^the secret$/],
    [0o440, us, /^the secret$/],
    [0o640, { ...us, group }, /closed to everybody else/],
    [0o660, us, /closed to everybody else/],
    [0o620, us, /closed to everybody else/],
    [0o650, us, /closed to everybody else/],
    [0o604, us, /closed to everybody else/],
    [0o644, us, /closed to everybody else/],
    [0o602, us, /closed to everybody else/],
    [0o601, us, /closed to everybody else/],
    [0o600, { ...us, user: other }, us.user === 0 ? /^the secret$/ : /has to belong/],
  ] as const
  for (const [mode, owner, expected] of rows) {
    t.match(await readAs(write(file, mode), owner), expected, `${mode.toString(8)} ${owner.user}`)
  }
})

test('a file of somebody else', { skip: us.user !== 0 && 'needs root' }, async (t) => {
  const file = write(join(t.testdir({}), 'key'), 0o600)
  chownSync(file, 12_345, us.group)
  t.match(await readAs(file), /has to belong to the user of the agent or to root/)
  t.equal(await readAs(file, { user: 12_345, group: 1 }), 'the secret')
  // As packages ship it: root's, for the group of the agent.
  chownSync(file, 0, 12_345)
  chmodSync(file, 0o640)
  t.equal(await readAs(file, { user: 12_345, group: 12_345 }), 'the secret')
})

test('a credential of systemd is root’s, and shows the mask of its access list as a group', async (t) => {
  const stat = { uid: 0, gid: 0, mode: 0o100440, size: 9 }
  const agent = { user: 777, group: 777, isCredential: true }
  t.equal(brokenRule(stat, agent), undefined)
  t.match(brokenRule(stat, { ...agent, isCredential: false }), /closed to everybody else/)
  for (const change of [{ gid: 5 }, { uid: 777 }, { mode: 0o100460 }, { mode: 0o100444 }]) {
    t.match(
      brokenRule({ ...stat, ...change }, agent),
      /closed to everybody/,
      JSON.stringify(change),
    )
  }
  t.match(brokenRule({ ...stat, uid: 5 }, agent), /has to belong/)
})

test('what is no file to read', async (t) => {
  const directory = t.testdir({})
  const at = (name: string): string => join(directory, name)
  mkdirSync(at('directory'), { mode: 0o700 })
  execFileSync('mkfifo', ['-m', '600', at('pipe')])
  symlinkSync(write(at('open'), 0o644), at('link'))
  symlinkSync(write(at('shut'), 0o600), at('good-link'))
  const rows = [
    ['absent', /cannot be read \(ENOENT\)/],
    ['directory', /has to be a regular file/],
    ['pipe', /has to be a regular file/],
    ['link', /closed to everybody else/],
    ['good-link', /^the secret$/],
    ['bad\0name', /cannot be read \(ERR_INVALID_ARG_VALUE\)/],
  ] as const
  for (const [name, rule] of rows) t.match(await readAs(at(name)), rule, name)
  t.match(
    await readAs(write(at('long'), 0o600, 'x'.repeat(65_537))),
    /must not be longer than 65536/,
  )
})
