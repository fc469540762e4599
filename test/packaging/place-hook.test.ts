/**
 * Where the package puts the hook of libvirt, what it leaves alone, and what a boot finds again.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { someVm, uuid } from '../fixtures/values/evidence.ts'

const hook = readFileSync('packaging/common/libvirt-hook.sh', 'utf8')
const his = '#!/bin/sh\nexit 0\n'

const placeOf = (t: Test, version = '9.0.0') => {
  const root = t.testdir({
    etc: { libvirt: { hooks: {} } },
    usr: { libexec: { peerfence: { 'libvirt-hook': hook } } },
    run: { 'peerfence-quarantine': {} },
    var: { lib: { 'peerfence-quarantine': {} } },
    bin: { libvirtd: `#!/bin/sh\necho 'libvirtd (libvirt) ${version}'\n` },
  })
  execFileSync('chmod', ['-R', '+x', join(root, 'bin')])
  const env = { PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` }
  const hooks = join(root, 'etc/libvirt/hooks')
  return {
    root,
    run: (script: string, ...args: readonly string[]): void => {
      const text = readFileSync(join('packaging/common', script), 'utf8').replaceAll(
        /(?<![\w/])\/(?:etc\/libvirt|usr\/libexec|run\/peerfence|var\/lib)/g,
        `${root}$&`,
      )
      execFileSync('bash', ['-s', '--', ...args], { input: text, env })
    },
    at: (name: string): string => join(hooks, name),
    list: (): string[] => readdirSync(hooks).toSorted(),
  }
}

test('the hook goes into the folder, and may be executed', async (t) => {
  const { run, at, list } = placeOf(t)
  run('place-hook.sh')
  t.same(list(), ['qemu.d'])
  t.same(readdirSync(at('qemu.d')), ['peerfence'], 'whatever else stands there libvirt would run')
  t.equal(readFileSync(at('qemu.d/peerfence'), 'utf8'), hook)
  t.equal(statSync(at('qemu.d/peerfence')).mode & 0o777, 0o755)
})

for (const version of ['4.5.0', '6.4.9', '6.0.0']) {
  test(`libvirt ${version} reads one script: it is put there where there is none`, async (t) => {
    const { run, at } = placeOf(t, version)
    run('place-hook.sh')
    t.equal(readFileSync(at('qemu'), 'utf8'), hook)
    writeFileSync(at('qemu'), hook.replace('hook 1', 'hook 0'))
    run('place-hook.sh')
    t.equal(readFileSync(at('qemu'), 'utf8'), hook, 'an older one of ours is replaced')
  })
}

for (const version of ['6.5.0', '6.10.0', '10.0.0', 'of nobody']) {
  test(`libvirt ${version} has the folder, and no script gets in its place`, async (t) => {
    const { run, at } = placeOf(t, version)
    run('place-hook.sh')
    t.notOk(existsSync(at('qemu')))
  })
}

test('an operator’s own hooks stay, with ours and without', async (t) => {
  const { run, at, list } = placeOf(t, '6.0.0')
  mkdirSync(at('qemu.d'))
  writeFileSync(at('qemu'), his)
  writeFileSync(at('qemu.d/mine'), his)
  run('place-hook.sh')
  t.equal(readFileSync(at('qemu'), 'utf8'), his)
  run('place-hook.sh', 'remove')
  t.same(list(), ['qemu', 'qemu.d'])
  t.same(readdirSync(at('qemu.d')), ['mine'])
})

test('a removal takes all of it along', async (t) => {
  const { root, run, at } = placeOf(t, '6.0.0')
  run('place-hook.sh')
  run('place-hook.sh', 'remove')
  t.notOk(existsSync(at('..')), 'a host without libvirt has none of these folders')
  t.notOk(existsSync(join(root, 'run/peerfence-quarantine')))
  t.notOk(existsSync(join(root, 'var/lib/peerfence-quarantine')))
})

test('a removal leaves the folders of libvirt', async (t) => {
  const { run, at, list } = placeOf(t, '6.0.0')
  run('place-hook.sh')
  writeFileSync(at('../libvirtd.conf'), '')
  run('place-hook.sh', 'remove')
  t.same(list(), [])
})

test('a boot finds what had not ended, for no longer than it was meant to last', async (t) => {
  const { root, run } = placeOf(t)
  const kept = join(root, 'var/lib/peerfence-quarantine')
  const nowSec = Math.floor(Date.now() / 1000)
  const [lifted, early, garbled] = ['1', '2', '3'].map((digit) => uuid(digit.repeat(32)))
  writeFileSync(
    join(kept, 'aa.entries'),
    [
      `${someVm} 120 ${nowSec + 60} .`,
      `${lifted} 120 ${nowSec + 60} .`,
      `${lifted} 0 0 .`,
      `${early} 100 ${nowSec + 90_000} .`,
      `${garbled} 120 a[$(touch ${root}/x)] .`,
      `${garbled} 120 ${nowSec + 60}`,
    ].join('\n'),
  )
  writeFileSync(join(kept, 'bb.entries'), `${someVm} 120 ${nowSec - 1} .\n`)
  run('quarantine-boot.sh')
  const place = join(root, 'run/peerfence-quarantine')
  t.same(readdirSync(place), ['aa.entries'])
  t.same(readdirSync(kept), ['aa.entries'], 'what has ended is forgotten')
  t.notOk(existsSync(join(root, 'x')))
  const upSec = Number(readFileSync('/proc/uptime', 'utf8').split('.')[0])
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  const lines = readFileSync(join(place, 'aa.entries'), 'utf8').trim().split('\n').toSorted()
  t.match(
    lines,
    [
      new RegExp(`^${someVm} ${boot} [0-9]+ \\.$`),
      new RegExp(`^${String(early)} ${boot} [0-9]+ \\.$`),
    ].toSorted((one, other) => (String(one) < String(other) ? -1 : 1)),
  )
  t.equal(lines.length, 2)
  for (const line of lines) {
    const leftSec = Number(line.split(' ')[2]) - upSec
    const mostSec = line.startsWith(someVm) ? 62 : 102
    t.ok(leftSec > 30 && leftSec <= mostSec, line)
  }
})
