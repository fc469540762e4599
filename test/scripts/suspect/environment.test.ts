/** Nothing that a login brings along reaches the program or a tool that it starts. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as turn } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import { programCommand } from '../../../agent/suspect/program/program.ts'
import {
  composeAll,
  daemonName,
  endStandIn,
  isAlive,
  newVm,
  programText,
  requestOf,
  standIn,
} from '../../fixtures/servers/local-program.ts'
import { parseReport } from '../../fixtures/values/report-text.ts'

/**
 * What a start-up file, PAM, AcceptEnv or sudo might leave, each of which meant something to
 * somebody.
 */
const hostile: Readonly<Record<string, string>> = {
  VIRSH_DEFAULT_CONNECT_URI: 'qemu+tcp://elsewhere/system',
  LIBVIRT_DEFAULT_URI: 'qemu+tcp://elsewhere/system',
  LIBVIRT_AUTH_FILE: '/tmp/auth',
  VIRSH_DEBUG: '0',
  LIBPROC_HIDE_KERNEL: '1',
  GLOBIGNORE: '*',
  IFS: '0123456789',
  TMOUT: '20',
  BASH_ENV: '/nowhere',
  ENV: '/nowhere',
  POSIXLY_CORRECT: '1',
  LC_ALL: 'tr_TR.UTF-8',
  CDPATH: '/tmp',
  'BASH_FUNC_kill%%': '() { :; }',
  'BASH_FUNC_read%%': '() { :; }',
  PROC: '/nowhere',
  SYS: '/nowhere',
  ETC: '/nowhere',
  vms: 'a',
  hold_ms: '9999',
  host_is: 'as-named',
  host_pin: 'bound',
  page_cache: 'flush',
  given: 'x',
  PROTOCOL: '7',
  HOME: '/nowhere',
  XDG_CONFIG_HOME: '/nowhere',
  XDG_RUNTIME_DIR: '/nowhere',
  RUN: '/nowhere',
  ret_uri: 'qemu+tcp://elsewhere/system',
  libvirt_daemons: '1',
}

/** The program, with tools that write down what they were given. */
const withTools = (t: Test): { readonly text: string; readonly seen: (tool: string) => string } => {
  const folder = t.testdir({})
  for (const tool of ['virsh', 'pgrep']) {
    const stub = `#!/bin/bash -p\n{ echo "args: $*"; declare -x; } >${folder}/new.${tool}\n/bin/mv ${folder}/new.${tool} ${folder}/seen.${tool}\n`
    writeFileSync(join(folder, tool), stub)
    chmodSync(join(folder, tool), 0o755)
  }
  const text = programText.replace('\nPATH=', `\nPATH=${folder}:`)
  t.not(text, programText)
  const seen = (tool: string): string => {
    const file = join(folder, `seen.${tool}`)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }
  return { text, seen }
}

test('a program that comes too late for a TMOUT of the login is not run, nor is the rest of it', async (t) => {
  const { stdin } = composeAll(programText, requestOf(newVm()))
  const [command = '', ...args] = programCommand('as-login').split(' ')
  const program = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, TMOUT: '1' },
  })
  let stdout = ''
  program.stdout.on('data', (more: Buffer) => {
    stdout += more.toString()
  })
  program.stdin.on('error', () => undefined)
  const cut = stdin.indexOf('# What was found')
  program.stdin.write(stdin.slice(0, cut))
  const ended = once(program, 'close')
  await turn(2_500)
  program.stdin.end(stdin.slice(cut))
  const [code] = (await ended) as [number]
  t.equal(code, 3)
  t.equal(stdout, '')
})

test('the environment of a login reaches neither the program nor a tool', async (t) => {
  const { text, seen } = withTools(t)
  const vm = newVm()
  const child = await standIn('qemu-kvm', '-uuid', vm)
  // Nobody is asked where no daemon runs.
  const daemon = await standIn(daemonName)
  t.teardown(async () => {
    await endStandIn(child)
    await endStandIn(daemon)
  })
  const [command = '', ...args] = programCommand('as-login').split(' ')
  const program = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...hostile },
  })
  let stdout = ''
  program.stdout.setEncoding('latin1').on('data', (more: string) => {
    stdout += more
  })
  const { stdin, nonce } = composeAll(text, requestOf(vm, { holdMs: 1_500 }))
  program.stdin.write(stdin)
  await once(program, 'close')
  const parsed = parseReport(stdout, nonce, vm)
  if (parsed.kind !== 'complete') throw new Error(stdout)
  t.equal(decide({ kind: 'report', report: parsed.report }).because, 'destroyed')
  t.equal(parsed.report.host.is, 'unconfirmed')
  t.equal(parsed.report.storage.policy, 'report')
  t.notOk(isAlive(child))
  for (let times = 0; times < 200 && !seen('virsh'); times += 1) await turn(10)
  t.equal(
    seen('virsh').split('\n')[0],
    'args: -q -c qemu+unix:///system?socket=/run/libvirt/libvirt-sock',
    'the connection is named, by the socket of the daemon that was seen',
  )
  for (const tool of ['virsh', 'pgrep']) {
    const names = seen(tool)
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^declare -x (\w+).*/, '$1'))
    const ours = ['', 'LC_ALL', 'PATH', '_', 'PWD', 'SHLVL', 'OLDPWD']
    t.same(
      names.filter((name) => !ours.includes(name)),
      [],
      tool,
    )
    t.match(seen(tool), /^declare -x LC_ALL="C"$/m)
  }
})
