import { renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { journalFaults } from '../../agent/journal/writable.ts'

const placeOf = (file: string) => {
  const { dev, ino } = statSync(file)
  return { dev, ino }
}

test('a journal that can be written has no fault', async (t) => {
  const file = join(t.testdir({ journal: '' }), 'journal')
  t.same(await journalFaults(file, placeOf(file)), [])
})

test('one that was moved away, or is not there, or is on a full disk', async (t) => {
  const file = join(t.testdir({ journal: '' }), 'journal')
  const place = placeOf(file)
  renameSync(file, `${file}.1`)
  t.match(await journalFaults(file, place), [/^\/journal\/file: cannot be written \(ENOENT\)$/])
  writeFileSync(file, '')
  t.match(await journalFaults(file, place), [/moved away or replaced/])
  // A file system without any room of its own.
  t.match(await journalFaults('/proc/self/stat', placeOf('/proc/self/stat')), [/journal/])
  t.match(await journalFaults('/proc/version', placeOf('/proc/version')), [
    /nearly full|cannot be written/,
  ])
})
