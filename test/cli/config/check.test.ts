// runs in a process of its own: it looks at files as another user
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { call } from '../../fixtures/worlds/command-line.ts'

const check = ['config', 'check']

/** A configuration whose journal is in a folder of the test. */
const configIn = (t: Test, value: object = {}) => {
  const folder = t.testdir({ 'c.json': '', journal: {} })
  const file = join(folder, 'c.json')
  const journal = { file: join(folder, 'journal', 'j.jsonl') }
  const http = { listeners: [{ at: '127.0.0.1:7171' }] }
  writeFileSync(file, JSON.stringify({ journal, http, ...value }))
  return { file, folder }
}

test('a file without faults, one with a fault, a variable with one', async (t) => {
  const { file } = configIn(t)
  t.match(await call(check, { env: { PEERFENCE_CONFIG: file } }), {
    code: 0,
    out: `${file}: no faults\n`,
    err: '',
  })
  t.same(await call([...check, '--quiet', '--config', file]), { code: 0, out: '', err: '' })
  const warned = configIn(t, { probe: { silenceSec: 5 }, doctor: { peers: ['fd00:dead::1'] } })
  t.match(await call([...check, '--config', warned.file]), {
    code: 0,
    out: /^silence of \[fd00:dead::1\]:22 would not count: .*\n.*: no faults\n$/,
    err: /c\.json:1:\d+: warning: \/probe\/silenceSec: below 10 /,
  })
  const byDefault = configIn(t, { callbacks: { proofSec: 200 } })
  t.match(await call([...check, '--config', byDefault.file]), {
    code: 0,
    err: `peerfence: ${byDefault.file}: warning: /suspects/quarantineSec: is not longer than`,
  })
  t.match(await call([...check, '--syntax-only', '--config', warned.file]), {
    out: `${warned.file}: no faults\n`,
  })
  const bad = configIn(t, { fence: { holdMs: -1 } })
  t.match(await call([...check, '--config', bad.file]), {
    code: 78,
    out: '',
    err: /c\.json:1:\d+: \/fence\/holdMs: must be >= 50/,
  })
  const env = { PEERFENCE_CONFIG: configIn(t).file, PEERFENCE_LISTEN: 'nowhere' }
  t.match(await call(check, { env }), {
    code: 78,
    err: /--listen or PEERFENCE_LISTEN: \/http\/listeners\/0\/at/,
  })
})

test('what a configuration names is looked at, but for --syntax-only', async (t) => {
  const { file } = configIn(t, { ssh: { identityFiles: ['/nowhere/key'] } })
  const { code, err } = await call([...check, '--config', file])
  t.equal(code, 78)
  t.match(
    err,
    /c\.json:1:\d+: \/ssh\/identityFiles\/0: \/nowhere\/key cannot be read \(ENOENT\)\n$/,
  )
  t.match(await call([...check, '--config', file, '--syntax-only']), { code: 0, err: '' })
})

test('as root the files are looked at as whoever the journal belongs to', async (t) => {
  if (process.getuid?.() !== 0) return
  const { file, folder } = configIn(t)
  const key = join(folder, 'password')
  writeFileSync(key, 'a password\n', { mode: 0o600 })
  const logins = [{ hosts: ['10.0.0.7'], passwordFile: key }]
  const journal = { file: join(folder, 'journal', 'j.jsonl') }
  const http = { listeners: [{ at: '127.0.0.1:7171' }] }
  writeFileSync(file, JSON.stringify({ journal, http, ssh: { logins } }))
  t.match(await call([...check, '--config', file]), { code: 0 })
  // Nobody's: what root reads, the agent does not.
  chownSync(join(folder, 'journal'), 65_534, 65_534)
  let at = folder
  while (at.startsWith(process.cwd()) || at.includes('.tap')) {
    chmodSync(at, 0o755)
    at = join(at, '..')
  }
  const { code, err } = await call([...check, '--config', file])
  t.equal(code, 78)
  t.match(err, /passwordFile: .* cannot be read \(EACCES\)\n$/)
  chownSync(key, 65_534, 65_534)
  t.match(await call([...check, '--config', file]), { code: 0, err: '' })
  chmodSync(join(folder, 'journal'), 0o500)
  t.match(await call([...check, '--config', file]), {
    code: 78,
    err: /\/journal\/file: .*\/journal may not be written by this user\n$/,
  })
})

test('whoever is neither root nor the user of the agent is told that this says little', async (t) => {
  const { file } = configIn(t, { ssh: { identityFiles: ['/nowhere/key'] } })
  if (process.getuid?.() !== 0) return
  const secret = `${file}.shut`
  writeFileSync(secret, '{}', { mode: 0o600 })
  process.seteuid?.(65_534)
  try {
    t.match(await call([...check, '--config', file]), { code: 78, err: /run it as root, or with/ })
    const shut = await call([...check, '--config', secret])
    t.match(shut, { code: 78, err: `peerfence: ${secret}: may not be read by this user\n` })
  } finally {
    process.seteuid?.(0)
  }
})
