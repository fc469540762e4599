/**
 * What the maintainer scripts take away, and what they leave. Their paths are moved into a folder;
 * systemd is not there.
 */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'

const note = '#!/bin/sh\necho "${0##*/} $*" >>"$NOTES"\n'
const shims = Object.fromEntries(
  ['systemctl', 'deb-systemd-helper', 'deb-systemd-invoke', 'chown', 'chgrp'].map((name) => [
    name,
    note,
  ]),
)

const place = (t: Test, found: Readonly<Record<string, string>> = {}) => {
  const root = t.testdir({
    etc: { peerfence: { ...found } },
    var: { lib: { peerfence: {} } },
    run: { systemd: { system: {} } },
    bin: shims,
    usr: { lib: { peerfence: { 'place-hook': note } } },
    notes: '',
  })
  execFileSync('chmod', ['-R', '+x', join(root, 'bin'), join(root, 'usr')])
  const etc = join(root, 'etc/peerfence')
  const path = `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`
  const env = { PATH: path, NOTES: join(root, 'notes') }
  const run = (script: string, argument: string): string[] => {
    writeFileSync(env.NOTES, '')
    const text = readFileSync(join('packaging', script), 'utf8')
    const moved = text.replaceAll(
      /\/(?:etc|var\/lib|usr\/lib)\/peerfence|\/run\/systemd/g,
      `${root}$&`,
    )
    execFileSync('sh', ['-s', argument], { input: moved, env })
    return readFileSync(env.NOTES, 'utf8').trimEnd().split('\n')
  }
  return {
    install: () => execFileSync('packaging/common/first-install.sh', [etc], { env }),
    purge: () => run('debian/postrm', 'purge'),
    run,
    at: (name: string): string => join(etc, name),
    /** Nothing also where the folder is gone. */
    left: (): string[] => (existsSync(etc) ? readdirSync(etc).toSorted() : []),
    read: (name: string): string => readFileSync(join(etc, name), 'utf8'),
  }
}

test('purge takes all that the first installation made', async (t) => {
  const { install, purge, left } = place(t)
  install()
  t.same(left(), ['.made', 'client-token', 'next-steps.txt', 'ssh_key', 'ssh_key.pub', 'tokens'])
  purge()
  t.same(left(), [])
})

test('also what it made again, and what an interrupted one left', async (t) => {
  const { install, purge, at, left } = place(t)
  install()
  rmSync(at('ssh_key'))
  install()
  for (const name of ['.ssh_key.new', '.ssh_key.new.pub', '.tokens.new', '.next-steps.new']) {
    writeFileSync(at(name), 'half')
  }
  purge()
  t.same(left(), [])
})

test('purge leaves what the operator had put there before', async (t) => {
  const his = {
    ssh_key: 'his key',
    'ssh_key.new': 'his next key',
    'ssh_key.pub': 'his pub',
    tokens: 'ops 1111',
  }
  const { install, purge, left, read } = place(t, his)
  install()
  purge()
  t.same(Object.fromEntries(left().map((name) => [name, read(name)])), his)
})

test('purge leaves what the operator put in the place of ours', async (t) => {
  const { install, purge, at, left, read } = place(t)
  install()
  writeFileSync(at('ssh_key'), 'his key')
  writeFileSync(at('tokens'), `${read('tokens')}mn-1 2222\n`)
  renameSync(at('client-token'), at('elsewhere'))
  symlinkSync('elsewhere', at('client-token'))
  purge()
  t.same(left(), ['client-token', 'elsewhere', 'ssh_key', 'tokens'])
  t.equal(read('ssh_key'), 'his key')
  t.match(read('tokens'), /^local [0-9a-f]{64}\nmn-1 2222\n$/)
})

test('purge leaves ours under another name: that is the operator’s doing', async (t) => {
  const { install, purge, at, left, read } = place(t)
  install()
  writeFileSync(at('tokens'), read('client-token'))
  purge()
  t.same(left(), ['tokens'])
})

test('of an installation that noted nothing, purge takes the page alone', async (t) => {
  const { install, purge, at, left } = place(t)
  install()
  rmSync(at('.made'))
  purge()
  t.same(left(), ['client-token', 'ssh_key', 'ssh_key.pub', 'tokens'])
})

const stop =
  'deb-systemd-invoke stop peerfence-doctor.timer peerfence-doctor.service peerfence.service'

test('deb: a removal stops and disables the timer, an upgrade does not', async (t) => {
  const { run } = place(t)
  t.same(run('debian/prerm', 'remove'), [
    stop,
    'deb-systemd-helper disable peerfence-doctor.timer',
    'place-hook remove',
  ])
  t.same(run('debian/prerm', 'upgrade'), [''])
  t.ok(
    run('debian/postrm', 'purge').includes(
      'deb-systemd-helper purge peerfence.service peerfence-doctor.timer',
    ),
  )
  // Without a state of it, the helper would find no link to take away.
  t.ok(
    run('debian/postinst', 'abort-remove').includes(
      'deb-systemd-helper update-state peerfence-doctor.timer',
    ),
  )
})

test('rpm: the same', async (t) => {
  const { run } = place(t)
  t.same(run('rpm/preun.sh', '0'), [
    'systemctl --no-reload disable --now peerfence-doctor.timer peerfence.service',
    'systemctl stop peerfence-doctor.service',
    'place-hook remove',
  ])
  t.same(run('rpm/preun.sh', '1'), [''])
})
