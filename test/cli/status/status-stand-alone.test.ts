import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { writeFenceConfig } from '../../fixtures/servers/fence-config.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { endStandIn, isAlive, newVm, standIn } from '../../fixtures/servers/local-program.ts'
import { startShellHost } from '../../fixtures/servers/shell-host.ts'

const openServer = (t: Test, config: object = {}) => {
  const { folder, configFile } = writeFenceConfig(t, 'pw-status', config)
  const status = async (args: readonly string[], isErrTerminal = false) =>
    await call(['status', ...args, '--stand-alone', '--config', configFile], { isErrTerminal })
  return { folder, status }
}

test('a process is seen and lives on, without an agent and without a journal', async (t) => {
  const host = await startShellHost('pw-status')
  t.teardown(host.close)
  const vm = newVm()
  const qemu = await standIn('/usr/libexec/qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(qemu)
  })
  const { folder, status } = openServer(t)
  const port = ['--port', String(host.port)]
  const told = await status([vm, '127.0.0.1', ...port, '--explain'])
  t.match(told, { code: 10, err: '' })
  t.match(told.out, new RegExp(`^runs \\(pid ${qemu.pid}\\)\\n`))
  t.ok(isAlive(qemu))
  t.notOk(existsSync(join(folder, 'journal.jsonl')))
  t.ok(existsSync(join(folder, 'known_hosts')), 'the key of the host is pinned, as by a fence')
  t.match(await status([newVm(), '127.0.0.1', ...port]), { code: 11, out: /^not seen\n/ })
})

test('nobody is there', async (t) => {
  const { status } = openServer(t)
  const told = await status([newVm(), '127.0.0.1', '--port', '1', '--timeout', '2'], true)
  t.match(told, { code: 12, out: /^cannot tell: connection-refused\n/ })
  t.match(told.err, /(begins|connect|resolve|queue), 2 s left/)
})

test('the rules of the door hold, and what is missing is told', async (t) => {
  const { status } = openServer(t, { suspects: {} })
  t.match(await status([newVm(), '127.0.0.1']), { code: 4, err: /FENCE_TARGET_IS_OWN_HOST/ })
  const keyless = openServer(t, { ssh: { identityFiles: ['/none'] } })
  t.match(await keyless.status([newVm(), '192.0.2.7']), {
    code: 1,
    out: '',
    err: /^peerfence: nothing was begun: Error: .*\/none/,
  })
})
