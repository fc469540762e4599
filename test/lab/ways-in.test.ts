/**
 * Ways in that OpenSSH has, and hosts that answer and let nobody in: each with its own word, from a
 * real sshd.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import tap, { test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(600_000)

const identityFiles = [`${process.env['LAB_DIR'] ?? ''}/client_key`]
// A kept session would not see what a new login meets.
const config = { ssh: { identityFiles, sessionKeepMs: 0 }, suspects: { pidNamespace: 'nested' } }

const must = async (host: LabHost, command: string): Promise<void> => {
  const { code, text } = await host.exec(command)
  if (code !== 0) throw new Error(`${command}: ${text}`)
}

/** As PKCS#8, with its public key on the host. */
const addPkcs8 = async (host: LabHost, folder: string, type: string): Promise<string> => {
  const file = join(folder, type)
  if (type === 'ed25519') {
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file], { stdio: 'ignore' })
  } else {
    execFileSync('ssh-keygen', ['-q', '-t', type, '-m', 'PKCS8', '-N', '', '-f', file])
  }
  const open =
    type === 'ed25519'
      ? opensslEd25519(file)
      : readFileSync(`${file}.pub`, 'latin1').split(' ').slice(0, 2).join(' ')
  await must(host, `echo '${open}' >> /root/.ssh/authorized_keys`)
  return readFileSync(file, 'latin1')
}

/** The public key is the last 32 bytes of its DER form. */
const opensslEd25519 = (file: string): string => {
  const der = execFileSync('openssl', ['pkey', '-in', file, '-pubout', '-outform', 'DER'])
  const head = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1')
  return `ssh-ed25519 ${Buffer.concat([head, der.subarray(-32)]).toString('base64')}`
}

test('keys as PKCS#8 log in', async (t) => {
  const agent = await startAgent({ suspects: { pidNamespace: 'nested' } })
  t.teardown(agent.stop)
  const host = await bootHost('--no-libvirt')
  const target = { targetHostIp: host.address, sshTimeoutSec: 60 }
  for (const type of ['rsa', 'ecdsa', 'ed25519']) {
    const targetHostPrivateKey = await addPkcs8(host, t.testdir({}), type)
    const answer = await agent.fence({ vmUuid: newVmUuid(), ...target, targetHostPrivateKey })
    t.equal(answer.reason, 'already-gone', `${type}: ${answer.summary}`)
  }
  const unknown = '-----BEGIN NEW PRIVATE KEY-----\nAAAA\n-----END NEW PRIVATE KEY-----\n'
  const answer = await agent.fence({
    vmUuid: newVmUuid(),
    ...target,
    targetHostPrivateKey: unknown,
  })
  t.match(answer, { reason: 'credentials-unusable' })
  t.match(answer.body['nextStep'], /^Seen: the private key is in a form that is not understood\./)
})

interface Row {
  readonly state: string
  readonly reason: string
  readonly seen: RegExp
  readonly user?: string
  readonly make: string
  readonly undo: string
}

const restart = 'kill -HUP "$(cat /run/sshd.pid)" && sleep 1'
const setting = (line: string): Pick<Row, 'make' | 'undo'> => ({
  make: `cp /etc/ssh/sshd_config /tmp/kept && sed -i '1i ${line}' /etc/ssh/sshd_config && ${restart}`,
  undo: `cp /tmp/kept /etc/ssh/sshd_config && ${restart}`,
})

const rows: readonly Row[] = [
  {
    state: 'the password of root has expired',
    reason: 'login-refused',
    seen: /password of the account has expired/,
    make: 'chage -d 0 root',
    undo: 'chage -d 20000 root',
  },
  {
    state: 'the password of a user has expired',
    reason: 'login-refused',
    seen: /password of the account has expired/,
    user: 'ops',
    make: 'chage -d 0 ops',
    undo: 'chage -d 20000 ops',
  },
  {
    state: 'the account has expired',
    reason: 'login-refused',
    seen: /account may not log in now/,
    user: 'ops',
    make: 'chage -E 1 ops',
    undo: 'chage -E -1 ops',
  },
  {
    state: 'nologin',
    reason: 'login-refused',
    seen: /account may not log in now/,
    user: 'ops',
    make: 'echo "System is going down." > /etc/nologin',
    undo: 'rm /etc/nologin',
  },
  {
    state: 'a user that is denied',
    reason: 'login-refused',
    seen: /no credential was accepted/,
    user: 'ops',
    ...setting('DenyUsers ops'),
  },
  {
    state: 'requiretty',
    reason: 'sudo-refused',
    seen: /requiretty/,
    user: 'ops',
    make: "echo 'Defaults:ops requiretty' > /etc/sudoers.d/tty",
    undo: 'rm /etc/sudoers.d/tty',
  },
  {
    state: 'sudo that uses a pty and records',
    reason: 'already-gone',
    seen: /^undefined$/,
    user: 'ops',
    make: "echo 'Defaults:ops use_pty,log_input,log_output' > /etc/sudoers.d/tty",
    undo: 'rm /etc/sudoers.d/tty',
  },
  {
    state: 'a session recorder',
    reason: 'report-missing',
    seen: /every command a terminal/,
    ...setting('ForceCommand script -qefc "$SSH_ORIGINAL_COMMAND" /dev/null'),
  },
  {
    state: 'only another type of host key',
    reason: 'host-key-changed',
    seen: /no key of a type that is known/,
    make: `cp /etc/ssh/sshd_config /tmp/kept && sed -i s/ssh_host_ed25519/ssh_host_ecdsa/ /etc/ssh/sshd_config && ${restart}`,
    undo: `cp /tmp/kept /etc/ssh/sshd_config && ${restart}`,
  },
]

test('a host that answers and lets nobody in is told by its own word, after one try', async (t) => {
  const agent = await startAgent(config)
  t.teardown(agent.stop)
  const host = await bootHost('--no-libvirt')
  await must(host, 'ls /etc/ssh/ssh_host_ecdsa_key || ssh-keygen -A')
  const fence = async (user = 'root') =>
    await agent.fence({
      vmUuid: newVmUuid(),
      targetHostIp: host.address,
      targetHostUsername: user,
      sshTimeoutSec: 60,
    })
  for (const user of ['root', 'ops']) t.match(await fence(user), { reason: 'already-gone' }, user)
  for (const { state, reason, seen, user, make, undo } of rows) {
    await must(host, make)
    const answer = await fence(user)
    t.comment(`${state.padEnd(40)} | ${answer.reason.padEnd(16)} | ${answer.tookMs} ms`)
    t.equal(answer.reason, reason, `${state}: ${answer.summary}`)
    t.match(String(answer.body['nextStep']), seen, state)
    t.ok(answer.tookMs < 30_000, `${state}: ${answer.tookMs} ms`)
    const lines = agent.written().journal.trimEnd().split('\n')
    const { trail } = JSON.parse(lines.at(-1) ?? '{}') as {
      readonly trail?: { readonly earlier?: readonly unknown[] }
    }
    t.same(trail?.earlier ?? [], [], `${state}: it was tried once`)
    await must(host, undo)
  }
  t.match(await fence(), { reason: 'already-gone' }, 'and none of it lasts')
})

test('too many logins at once are told by what sshd says', async (t) => {
  const agent = await startAgent(config)
  t.teardown(agent.stop)
  const host = await bootHost('--no-libvirt')
  await must(host, setting('MaxStartups 1:100:1').make)
  const held = connect(22, host.address)
  t.teardown(() => held.destroy())
  held.on('error', () => undefined)
  await new Promise((resolve) => held.once('data', resolve))
  const answer = await agent.fence({
    vmUuid: newVmUuid(),
    targetHostIp: host.address,
    sshTimeoutSec: 10,
  })
  t.equal(answer.reason, 'connection-dropped')
  t.match(answer.body['nextStep'], /MaxStartups/)
})
