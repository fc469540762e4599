/** The installed program before somebody with the key: it may be told nothing but a list of VMs. */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { add, refusedRequests, requestFor, vmLines } from '../../fixtures/values/hostile-request.ts'
import { installProgram } from '../../fixtures/servers/installed-program.ts'
import {
  endStandIn,
  isAlive,
  newVm,
  programText,
  standIn,
} from '../../fixtures/servers/local-program.ts'
import { parseReport } from '../../fixtures/values/report-text.ts'

/** Limits that a test can wait for. */
const impatient = (text: string): string =>
  text
    .replace('LINE_SEC_MAX=10', 'LINE_SEC_MAX=1')
    .replace('REQUEST_MS_MAX=30000', 'REQUEST_MS_MAX=1500')

const install = (t: Test, change?: (text: string) => string, beside?: string) => {
  const directory = beside === undefined ? t.testdir({}) : join(t.testdirName, beside)
  if (beside !== undefined) mkdirSync(directory)
  const program = installProgram(directory, change)
  return { ...program, left: () => readdirSync(directory).filter((name) => name !== 'started') }
}
const onlyItsOwn = ['fence-vms', 'shims']

test('as a file it needs nothing but the request', async (t) => {
  const { run, started, left } = install(t)
  const vm = newVm()
  const qemu = await standIn('qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(qemu)
  })
  // What it runs beside the fence has to come so far as to say its name before it is ended.
  const { stdin, nonce } = requestFor(vm, 3_000)
  const { code, stdout, stderr } = await run(stdin)
  t.match(parseReport(stdout, nonce, vm), {
    kind: 'complete',
    report: { qemus: [{ kill: 'sent' }] },
  })
  t.same([code, stderr, isAlive(qemu)], [0, '', false])
  t.same(started(), ['pgrep -f [q]emu'], 'and it runs nothing else')
  t.same(left(), onlyItsOwn)
})

test('a request of another version gets one answer, and nothing is looked at', async (t) => {
  const { run, started } = install(t)
  const { stdin, nonce } = requestFor()
  for (const version of ['0', '1', '02', '9999']) {
    const { code, stdout } = await run(stdin.replace('version=4', `version=${version}`))
    t.equal(
      stdout,
      `\nPF1 ${nonce} 1 begin version=4 vms=0\nPF1 ${nonce} 2 fail why=version\n`,
      version,
    )
    t.equal(code, 3)
  }
  t.same(started(), [])
})

/** What it said, but for the one line that asks for the VMs. */
const unready = (stdout: string): string => stdout.replace(/^\nPF1 [0-9a-f]{32} ready\n/, '')

test('what is refused', async (t) => {
  const { run, started, left } = install(t)
  const vm = newVm()
  const qemu = await standIn('qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(qemu)
  })
  for (const [what, why, spoil] of refusedRequests) {
    const { code, stdout, stderr } = await run(spoil(requestFor(vm).stdin))
    t.same([code, unready(stdout)], [3, ''], what)
    t.match(stderr, new RegExp(`^fence-vms: request refused: [a-z0-9 ]*${why}[a-z0-9 ]*\n$`), what)
  }
  t.ok(isAlive(qemu), 'and nothing of it was done before')
  t.same(started(), [])
  t.same(left(), onlyItsOwn)
})

test('the longest list that is allowed', async (t) => {
  const { run } = install(t)
  const { stdin, nonce } = requestFor()
  const { code, stdout } = await run(add(vmLines(999))(stdin))
  t.match(stdout, `PF1 ${nonce} 1 begin version=4 action=fence vms=1000\n`)
  t.equal(code, 0)
})

test('stdin that does not end', async (t) => {
  const { run, started } = install(t, impatient)
  // The limit of what may come in has to be met before that of the time is over.
  const patient = install(t, (text) => text, 'patient')
  const { stdin } = requestFor()
  const head = stdin.split('\n').slice(0, 3).join('\n')
  const every = (ms: number, text: string | Buffer) => (write: (text: string | Buffer) => void) => {
    const timer = setInterval(() => {
      write(text)
    }, ms)
    return () => {
      clearInterval(timer)
    }
  }
  const rows = [
    ['nothing', '', 'ends before', every(1000, '')],
    ['no last line', stdin.replace(/go\n$/, ''), 'ends before', every(1000, '')],
    ['letters without a newline', '', 'too long', every(1, 'a'.repeat(65_536))],
    ['a letter now and then', '', 'ends before', every(100, 'a')],
    ['NULs', '', 'ends before', every(1, Buffer.alloc(65_536))],
    ['a type now and then', `${head}\n`, 'has no end', every(200, 'shared_type=xfs\n')],
    [
      'VMs for ever',
      stdin.replace(/vm=.*\ngo\n$/, ''),
      'not allowed',
      every(1, `${vmLines(500)}\n`),
    ],
  ] as const
  for (const [what, first, why, feed] of rows) {
    const program = why === 'not allowed' || why === 'too long' ? patient.run : run
    const { code, stdout, stderr, tookMs } = await program(first, { feed })
    t.same([code, unready(stdout)], [3, ''], what)
    t.match(stderr, why, what)
    t.ok(tookMs < 25_000, `${what}: after ${Math.round(tookMs)} ms`)
  }
  t.same([...started(), ...patient.started()], [])
})

test('whatever follows the request ends the program', async (t) => {
  const { run } = install(t)
  for (const more of ['\n', 'x', 'go\n', 'vm=*\n'.repeat(10_000)]) {
    const { code, stdout, tookMs } = await run(requestFor(newVm(), 10_000).stdin + more)
    t.equal(code, 4, JSON.stringify(more.slice(0, 10)))
    t.notMatch(stdout, / end lines=/)
    t.ok(tookMs < 5000)
  }
})

test('surroundings that the key’s holder might bring along change nothing', async (t) => {
  const { run, started, left } = install(t)
  const bad = `a[$(>${join(t.testdirName, 'ran')})]`
  // Every name that the program may take for a variable of its own.
  const names = new Set(programText.match(/\b[a-z_]{2,}\b/g))
  const ours = Object.fromEntries([...names].map((name) => [name, bad]))
  const rows: readonly (readonly [string, NodeJS.ProcessEnv])[] = [
    ['the program’s variables', ours],
    ['start-up files', { BASH_ENV: bad, ENV: bad, HOME: t.testdirName }],
    ['functions', { 'BASH_FUNC_read%%': `() { >ran; }`, 'BASH_FUNC_say%%': `() { >ran; }` }],
    ['options', { SHELLOPTS: 'xtrace:posix:errexit', BASHOPTS: 'extdebug', PS4: `$(>ran)` }],
    ['the posix mode', { POSIXLY_CORRECT: '1', BASH_COMPAT: '31' }],
    ['limits', { FUNCNEST: '1', TMOUT: '1', GLOBIGNORE: '*', EXECIGNORE: '*', IFS: '0123456789' }],
    ['a language', { LC_ALL: 'tr_TR.UTF-8', LANG: 'C.UTF-8', LC_CTYPE: 'C.UTF-8' }],
  ]
  for (const [what, environment] of rows) {
    const vm = newVm()
    const { stdin, nonce } = requestFor(vm)
    const { code, stdout } = await run(stdin, { environment, arguments: ['-c', '>ran', bad] })
    t.equal(parseReport(stdout, nonce, vm).kind, 'complete', what)
    t.equal(code, 0, what)
  }
  t.same([...new Set(started())], ['pgrep -f [q]emu'])
  t.same(left(), onlyItsOwn)
})
