/** Keys that an operator pinned with `trust`, and fences under "strict" that live on them. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import type { Test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

const run = promisify(execFile)
const mainFile = fileURLToPath(new URL('../../agent/main.js', import.meta.url))

const startStrict = async (t: Test) => {
  const agent = await startAgent({
    ssh: {
      hostKeyPolicy: 'strict',
      // On a session that is kept nobody shows a key again.
      sessionKeepMs: 0,
      identityFiles: [join(process.env['LAB_DIR'] ?? '', 'client_key')],
    },
    suspects: { pidNamespace: 'nested' },
  })
  t.teardown(async () => {
    await agent.stop()
  })
  const config = join(agent.directory, 'peerfence.json')
  const trust = async (...args: readonly string[]) => {
    try {
      const { stdout } = await run(process.execPath, [
        mainFile,
        'trust',
        '--config',
        config,
        ...args,
      ])
      return { code: 0, text: stdout }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, text: `${stdout}${stderr}` }
    }
  }
  return { agent, trust }
}

const fingerprintOf = async (host: LabHost): Promise<string> => {
  const { text } = await host.exec('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  return text.split(' ')[1] ?? ''
}

test('scan, pin, fence; and a changed key stops both until it is replaced', async (t) => {
  const { agent, trust } = await startStrict(t)
  const host = await bootHost('--no-libvirt')
  const fence = async (targetHostIp: string, more: object = {}) => {
    const { reason } = await agent.fence({ vmUuid: newVmUuid(), targetHostIp, ...more })
    return reason
  }
  t.equal(await fence(host.address), 'host-key-unknown')

  const fingerprint = await fingerprintOf(host)
  t.equal((await trust(host.address)).code, 1, 'no terminal, no word')
  t.equal(await fence(host.address), 'host-key-unknown')
  const pinned = await trust(host.address, '--fingerprint', fingerprint)
  t.equal(pinned.code, 0, pinned.text)
  t.match(pinned.text, `ssh-ed25519         ${fingerprint} new`)
  t.equal(await fence(host.address), 'already-gone', 'without a restart')
  t.equal(await fence(host.address6), 'host-key-unknown', 'its other address was not pinned')
  t.equal((await trust(host.address6, '--yes')).code, 0)
  t.equal(await fence(host.address6), 'already-gone')
  const long = host.address6.replace('::', ':0:0:0:0:0:0:')
  t.equal(await fence(long), 'already-gone', 'the same address, spelt out')

  await host.exec('/usr/sbin/sshd -p 2222')
  const port = { targetHostSshPort: 2222 }
  t.equal(await fence(host.address, port), 'host-key-unknown')
  t.equal((await trust(`${host.address}:2222`, '--yes')).code, 0)
  t.equal(await fence(host.address, port), 'already-gone')

  await lab('host', 'rekey', host.name)
  t.equal(await fence(host.address), 'host-key-changed')
  const changed = await trust(host.address, '--yes')
  t.equal(changed.code, 1)
  t.ok(changed.text.includes(`CHANGED, known is ssh-ed25519 ${fingerprint}`), changed.text)
  t.equal(await fence(host.address), 'host-key-changed', 'nothing was pinned')
  t.equal((await trust(host.address, '--replace', '--yes')).code, 0)
  t.equal(await fence(host.address), 'already-gone')
  const silent = await trust('10.77.0.250', '--yes')
  t.match(silent, { code: 69, text: /10\.77\.0\.250: no connection/ })
})
