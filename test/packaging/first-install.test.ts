/**
 * What the first installation makes. The user of the agent is not there: who gets what is noted
 * instead.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { parseConfig } from '../../agent/config/load.ts'
import { bearerOf, parseTokens } from '../../agent/http/admit/tokens.ts'
import { readSecretFile } from '../../agent/base/file/secret-file.ts'
import { parsePrivateKey } from '../../agent/suspect/login/private-key.ts'

const script = 'packaging/common/first-install.sh'
const shims = {
  chown: '#!/bin/sh\necho "chown $*" >>"$NOTES"\n',
  chgrp: '#!/bin/sh\necho "chgrp $*" >>"$NOTES"\n',
}

const place = (t: Test, more: Readonly<Record<string, string>> = {}) => {
  const directory = t.testdir({ etc: {}, bin: { ...shims, ...more }, notes: '' })
  const [etc, bin, notes] = ['etc', 'bin', 'notes'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  execFileSync('chmod', ['-R', '+x', bin])
  const run = (): string =>
    execFileSync(script, [etc], {
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, NOTES: notes },
    })
  const read = (name: string): string => readFileSync(join(etc, name), 'utf8')
  const mode = (name: string): string => (statSync(join(etc, name)).mode & 0o777).toString(8)
  return { etc, run, read, mode, notes: () => readFileSync(notes, 'utf8') }
}

test('a key for the agent alone, and a token for its group', async (t) => {
  const { etc, run, read, mode, notes } = place(t)
  t.equal(run(), '')
  const names = ['ssh_key', 'ssh_key.pub', 'client-token', 'tokens', 'next-steps.txt']
  t.same(names.map(mode), ['600', '644', '640', '640', '644'])
  t.match(notes(), `chown peerfence:peerfence ${etc}/.ssh_key.new\n`)
  t.match(notes(), `chgrp peerfence ${etc}/.client-token.new ${etc}/.tokens.new\n`)
  const owner = { user: process.geteuid?.() ?? 0, group: process.getegid?.() ?? 0 }
  const secret = await readSecretFile(join(etc, 'ssh_key'), owner)
  if (secret.kind !== 'read') throw new Error(secret.rule)
  t.type(parsePrivateKey(secret.secret), 'object', 'the agent takes the key')
  const parsed = parseTokens(read('tokens'))
  if (parsed.kind !== 'parsed') throw new Error(parsed.rule)
  const token = read('client-token').trim()
  t.match(token, /^[0-9a-f]{64}$/)
  t.equal(bearerOf(parsed.tokens, `Bearer ${token}`), 'local', 'the agent takes the token')
  t.notMatch(read('tokens'), token)
})

test('what is there stays, and what is missing is made again', async (t) => {
  const { etc, run, read } = place(t)
  run()
  const names = ['ssh_key', 'ssh_key.pub', 'client-token', 'tokens', 'next-steps.txt']
  const before = names.map(read)
  run()
  t.same(names.map(read), before)
  rmSync(join(etc, 'tokens'))
  run()
  t.same(['ssh_key', 'ssh_key.pub'].map(read), before.slice(0, 2))
  t.not(read('client-token'), before[2])
  writeFileSync(join(etc, '.ssh_key.new'), 'left by one that was interrupted')
  rmSync(join(etc, 'ssh_key'))
  run()
  t.notMatch(read('ssh_key'), 'interrupted')
  t.notOk(existsSync(join(etc, '.ssh_key.new')))
})

test('a host in FIPS mode gets a key of another type', async (t) => {
  const real = execFileSync('sh', ['-c', 'command -v ssh-keygen'], { encoding: 'utf8' }).trim()
  const keygen = `#!/bin/sh\ncase "$*" in *ed25519*) exit 1;; esac\nexec ${real} "$@"\n`
  const { run, read } = place(t, { 'ssh-keygen': keygen })
  run()
  t.match(read('ssh_key.pub'), /^ecdsa-sha2-nistp256 /)
})

test('without ssh-keygen nothing half is left', async (t) => {
  const { etc, run } = place(t, { 'ssh-keygen': '#!/bin/sh\nexit 1\n' })
  t.throws(run)
  for (const name of ['ssh_key', 'ssh_key.pub', 'tokens'])
    t.notOk(existsSync(join(etc, name)), name)
})

test('the next steps are exact', async (t) => {
  const { etc, run, read } = place(t)
  run()
  const page = read('next-steps.txt')
  const key = read('ssh_key.pub').trim()
  const lines = [...page.matchAll(/echo '(.*)' >>\/root\/\.ssh\/authorized_keys$/gm)]
  t.same(
    lines.map(([, line]) => line),
    [`restrict,command="/usr/libexec/peerfence/fence-vms" ${key}`, key],
  )
  for (const [, line = ''] of lines) {
    // As sshd reads it: options, key, comment.
    const shown = execFileSync('ssh-keygen', ['-l', '-f', '-'], { input: line, encoding: 'utf8' })
    t.match(shown, /^256 SHA256:.* peerfence@/)
  }
  const [, section = ''] = /echo '(\{ "ssh": \{[^']*\} \})' >\S+logins\.json$/m.exec(page) ?? []
  const parsed = parseConfig(JSON.parse(section), {})
  t.match(parsed, { kind: 'loaded' })
  t.match(section, `"identityFiles": ["${etc}/ssh_key"]`)
  for (const step of [
    'peerfence trust HOST',
    'peerfence trust --import FILE',
    'peerfence doctor --drill HOST',
    'peerfence config check && systemctl restart peerfence',
    'from="ADDRESS"',
    `>${etc}/peerfence.d/logins.json`,
    `install -d -m 0750 -g peerfence ${etc}/peerfence.d`,
  ]) {
    t.ok(page.includes(step), step)
  }
  t.notMatch(page, read('client-token').trim(), 'no secret is in it')
  t.notMatch(page, 'PRIVATE')
})
