import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import {
  createKnownHostsFile,
  knownHostsBytesMax,
} from '../../../agent/suspect/host-key/known-hosts-file.ts'
import type { AppendChoice } from '../../../agent/suspect/host-key/known-hosts-file.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const line = `10.0.0.1 ${generateKey().publicText}`
const add = (): AppendChoice => ({ kind: 'line', line })

test('a file that is not there knows nobody', async (t) => {
  const file = createKnownHostsFile(join(t.testdir({}), 'none'))
  t.match(await file.read(), { kind: 'read', known: { entries: [], malformed: 0 } })
})

test('a file that is there and cannot be read is not an empty file', async (t) => {
  const folder = t.testdir({ folder: {}, big: '' })
  t.strictSame(await createKnownHostsFile(join(folder, 'folder')).read(), { kind: 'unreadable' })
  truncateSync(join(folder, 'big'), knownHostsBytesMax + 1)
  const big = createKnownHostsFile(join(folder, 'big'))
  t.strictSame(await big.read(), { kind: 'unreadable' })
  t.equal(await big.append(add), 'failed')
  t.equal(await big.rewrite(() => ({ kind: 'text', text: '' })), 'failed')
  const below = createKnownHostsFile(join(folder, 'big', 'below-a-file'))
  t.strictSame(await below.read(), { kind: 'unreadable' })
})

test('a line creates folder and file, for the owner only, and is found again', async (t) => {
  const path = join(t.testdir({}), 'folder', 'known_hosts')
  const file = createKnownHostsFile(path)
  t.equal(await file.append(add), 'kept')
  t.equal(readFileSync(path, 'latin1'), `${line}\n`)
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
  t.match(await file.read(), { kind: 'read', known: { entries: [{ names: '10.0.0.1' }] } })
})

test('a last line without its end does not swallow the new one', async (t) => {
  const path = join(t.testdir({ known_hosts: '10.0.0.9 cut' }), 'known_hosts')
  t.equal(await createKnownHostsFile(path).append(add), 'kept')
  t.equal(readFileSync(path, 'latin1'), `10.0.0.9 cut\n${line}\n`)
})

test('a choice for nothing, or against it, writes nothing', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  const file = createKnownHostsFile(path)
  t.equal(await file.append(() => ({ kind: 'nothing' })), 'kept')
  t.equal(await file.append(() => ({ kind: 'refuse' })), 'refused')
  t.throws(() => statSync(path))
})

test('a line that cannot be written has failed', async (t) => {
  const folder = t.testdir({ plain: 'a file' })
  t.equal(await createKnownHostsFile(join(folder, 'no', 'folder', 'file')).append(add), 'failed')
  t.equal(await createKnownHostsFile('/proc/peerfence/known_hosts').append(add), 'failed')
})

test('of two at the same time the second sees the line of the first', async (t) => {
  const file = createKnownHostsFile(join(t.testdir({}), 'known_hosts'))
  const seen: number[] = []
  const once = () =>
    file.append(({ entries }) => {
      seen.push(entries.length)
      return entries.length === 0 ? add() : { kind: 'nothing' }
    })
  t.strictSame(await Promise.all([once(), once(), once()]), ['kept', 'kept', 'kept'])
  t.strictSame(seen, [0, 1, 1])
})

test('a text is rewritten as it was read, or left alone', async (t) => {
  const path = join(t.testdir({ known_hosts: 'one\n' }), 'known_hosts')
  const file = createKnownHostsFile(path)
  t.equal(await file.rewrite((text) => ({ kind: 'text', text: `${text}two\n` })), 'kept')
  t.equal(readFileSync(path, 'latin1'), 'one\ntwo\n')
  t.equal(await file.rewrite(() => ({ kind: 'nothing' })), 'kept')
  t.equal(await file.rewrite(() => ({ kind: 'refuse' })), 'refused')
  t.equal(readFileSync(path, 'latin1'), 'one\ntwo\n')
})

test('what could not be read again is not written', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  const file = createKnownHostsFile(path)
  const text = 'x'.repeat(knownHostsBytesMax)
  t.equal(await file.rewrite(() => ({ kind: 'text', text: `${text}x` })), 'failed')
  t.equal(await file.rewrite(() => ({ kind: 'text', text })), 'kept')
  t.equal(await file.append(add), 'failed')
  t.equal(statSync(path).size, knownHostsBytesMax)
})

test('who lost the lock to another writes nothing', async (t) => {
  const path = join(t.testdir({ known_hosts: 'one\n' }), 'known_hosts')
  const file = createKnownHostsFile(path)
  const steal = (): void => {
    writeFileSync(`${path}.lock`, 'another')
    const old = new Date(Date.now() - 60_000)
    utimesSync(`${path}.lock`, old, old)
  }
  const appended = await file.append(() => {
    steal()
    return add()
  })
  const rewritten = await file.rewrite(() => {
    steal()
    return { kind: 'text', text: '' }
  })
  t.strictSame([appended, rewritten], ['failed', 'failed'])
  t.equal(readFileSync(path, 'latin1'), 'one\n')
})

test('writers of several processes lose no line, whether they append or rewrite', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  const module = new URL('../../../agent/suspect/host-key/known-hosts-file.js', import.meta.url)
    .href
  const program = `
    const { createKnownHostsFile } = await import(process.argv[1])
    const file = createKnownHostsFile(process.argv[2])
    const [name, how] = process.argv.slice(3)
    const words = []
    for (let index = 0; index < 25; index += 1) {
      const line = name + index + ' ssh-ed25519 AAAA'
      words.push(how === 'append'
        ? await file.append(() => ({ kind: 'line', line }))
        : await file.rewrite((text) => ({ kind: 'text', text: text + line + '\\n' })))
    }
    console.log(words.filter((word) => word === 'kept').length)`
  const writers = ['append', 'rewrite', 'append', 'rewrite'].map((how, index) => {
    const args = ['--input-type=module', '-e', program, module, path, `w${index}x`, how]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    return once(child, 'close').then(() => out.trim())
  })
  t.strictSame(await Promise.all(writers), ['25', '25', '25', '25'])
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n')
  t.equal(new Set(lines).size, 100)
  t.equal(lines.length, 100)
})
