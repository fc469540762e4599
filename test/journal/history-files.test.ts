import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'tap'
import { outcomeLine } from '../../agent/journal/records.ts'
import { readWholeHistory } from '../../agent/journal/history-files.ts'
import { fenceRecord, fenceRequest } from '../fixtures/values/fence-records.ts'

const line = (n: number): string =>
  outcomeLine(
    fenceRecord({ request: fenceRequest({}, { fenceId: `f${n}` }) }),
    '2026-11-22T00:00:00Z',
  )

test('what was moved aside is read after the journal, packed or not, up to the limit', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'journal.jsonl')
  const at = (name: string): string => join(folder, `journal.jsonl${name}`)
  writeFileSync(file, line(9) + line(8))
  writeFileSync(at('.1'), `${line(7)}${line(8)}`)
  writeFileSync(at('.2.gz'), gzipSync(line(6)))
  writeFileSync(at('.10.gz'), gzipSync(`${line(5)}torn`))
  writeFileSync(at('.bak'), line(1))
  writeFileSync(join(folder, 'other.jsonl.1'), line(1))
  const ids = async (limit: number) =>
    (await readWholeHistory(file, { limit })).fences.map(({ fenceId }) => fenceId).join()
  t.equal(await ids(99), 'f8,f9,f7,f6,f5')
  t.equal(await ids(3), 'f8,f9,f7')
  t.equal(await ids(1), 'f8')
  writeFileSync(at('.3.gz'), 'not packed')
  mkdirSync(at('.4'))
  const { unreadable, fences } = await readWholeHistory(file, { limit: 99 })
  t.same(unreadable, [at('.3.gz'), at('.4')], 'and the rest is still read')
  t.equal(fences.length, 5)
})

test('no journal, no folder', async (t) => {
  const empty = { fences: [], garbled: 0, unreadable: [] }
  t.same(await readWholeHistory(join(t.testdir({}), 'none'), { limit: 1 }), empty)
  t.same(await readWholeHistory('/nonexistent/journal', { limit: 1 }), empty)
})
