import { readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { createKnownHostsFile, knownHostsBytesMax } from '../../agent/suspect/known-hosts-file.ts'
import type { AppendChoice } from '../../agent/suspect/known-hosts-file.ts'
import { generateKey } from '../fixtures/suspect-host.ts'

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
