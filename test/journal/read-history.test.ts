import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { test } from 'tap'
import type { Test } from 'tap'
import { doubt } from '../../agent/domain/verdict.ts'
import { intentLine, outcomeLine } from '../../agent/journal/records.ts'
import { readHistory } from '../../agent/journal/read-history.ts'
import { fenceRecord, fenceRequest, hostAddress, vmUuid } from '../fixtures/values/fence-records.ts'

const other = 'ffffffffffffffffffffffffffffffff'

/** A fence by its number: its intent and its outcome at that minute, of one VM or another. */
const requestOf = (n: number) =>
  fenceRequest(
    { addresses: [hostAddress(`192.0.2.${n % 2}`)], hostUuid: `Host-${n % 2}` },
    { fenceId: `f${n}`, askedBy: `mn-${n % 3}`, vm: vmUuid(n % 2 === 0 ? undefined : other) },
  )
const atOf = (n: number): string => new Date(Date.UTC(2026, 10, 22, 0, n)).toISOString()
const intentOf = (n: number): string => intentLine(requestOf(n), atOf(n))
const outcomeOf = (n: number): string =>
  outcomeLine(
    fenceRecord({
      request: requestOf(n),
      startedAt: atOf(n),
      ...(n % 4 === 0 ? { verdict: doubt('unkillable') } : {}),
    }),
    atOf(n),
  )
const bothOf = (n: number): string => intentOf(n) + outcomeOf(n)

const journalOf = (t: Test, text: string): string => {
  const file = join(t.testdir({}), 'journal.jsonl')
  writeFileSync(file, text)
  return file
}
const numbers = Array.from({ length: 12 }, (_, n) => n)
const ids = (page: { readonly fences: readonly { readonly fenceId: string }[] }) =>
  page.fences.map(({ fenceId }) => fenceId).join()

test('the newest first, filtered by each thing', async (t) => {
  const file = journalOf(t, numbers.map(bothOf).join(''))
  const read = async (query: object) => ids(await readHistory(file, { limit: 50, ...query }))
  t.equal(await read({}), 'f11,f10,f9,f8,f7,f6,f5,f4,f3,f2,f1,f0')
  t.equal(await read({ vm: vmUuid() }), 'f10,f8,f6,f4,f2,f0')
  t.equal(await read({ host: '192.0.2.1' }), 'f11,f9,f7,f5,f3,f1')
  t.equal(await read({ host: 'hOST-1' }), 'f11,f9,f7,f5,f3,f1')
  t.equal(await read({ host: '192.0.2.9' }), '')
  t.equal(await read({ askedBy: 'mn-1' }), 'f10,f7,f4,f1')
  t.equal(await read({ kind: 'still-alive' }), 'f8,f4,f0')
  t.equal(await read({ since: atOf(10) }), 'f11,f10')
  t.equal(await read({ limit: 2 }), 'f11,f10')
  t.equal(await read({ vm: vmUuid(), kind: 'confirmed-dead', limit: 1 }), 'f10')
})

test('page by page everything comes once', async (t) => {
  const file = journalOf(t, numbers.map(bothOf).join(''))
  for (const [limit, bytesMax] of [
    [5, undefined],
    [1, undefined],
    [50, 1_000],
    [3, 1],
  ] as const) {
    const seen: string[] = []
    let before: number | undefined
    for (let pages = 0; pages < 60; pages += 1) {
      const query = { limit, ...(before === undefined ? {} : { before }) }
      const page = await readHistory(file, query, bytesMax)
      seen.push(...page.fences.map(({ fenceId }) => fenceId))
      before = page.next
      if (before === undefined) break
    }
    t.equal(before, undefined, 'and it ends')
    t.same(seen, numbers.map((n) => `f${n}`).toReversed(), `${limit} ${bytesMax}`)
  }
})

test('torn, garbled and foreign lines are passed over and counted', async (t) => {
  const torn = outcomeOf(1).slice(0, 100)
  const text = `${outcomeOf(0).slice(50)}${bothOf(2)}${torn}\n\u0000\u0001\n{"type":"answer"}\n\n${bothOf(4)}${torn}`
  const page = await readHistory(journalOf(t, text), { limit: 9 })
  t.equal(ids(page), 'f4,f2')
  t.equal(page.garbled, 3, 'the one that is still being written is not')
})

test('an intent without an outcome is told, but only where no outcome can come after it', async (t) => {
  const file = journalOf(t, bothOf(1) + intentOf(2) + bothOf(3))
  const page = await readHistory(file, { limit: 9 })
  t.equal(ids(page), 'f3,f2,f1')
  t.match(page.fences[1], { verdict: undefined, endedAt: '' })
  const first = await readHistory(file, { limit: 1 })
  t.equal(ids(await readHistory(file, { limit: 9, before: Number(first.next) })), 'f1')
})

test('of two outcomes the later one counts', async (t) => {
  const refused = outcomeLine(
    fenceRecord({ request: requestOf(1), verdict: doubt('journal-failed') }),
    atOf(1),
  )
  const page = await readHistory(journalOf(t, bothOf(1) + refused), { limit: 9 })
  t.equal(page.fences.length, 1)
  t.match(page.fences[0], { verdict: { because: 'journal-failed' } })
})

test('long before the time that was asked for nothing is read any more', async (t) => {
  const text = `garbled\n${bothOf(1)}`
  const file = journalOf(t, text)
  const soon = await readHistory(file, { limit: 9, since: '2026-11-22T01:00:00Z' })
  t.match(soon, { fences: [], garbled: 1 }, 'a clock may have been set back')
  const late = await readHistory(file, { limit: 9, since: '2027-01-01T00:00:00Z' })
  t.match(late, { fences: [], garbled: 0, next: undefined })
})

test('a journal that is not there is empty, and one that cannot be read says so', async (t) => {
  const folder = t.testdir({})
  t.same(await readHistory(join(folder, 'none'), { limit: 1 }), {
    fences: [],
    next: undefined,
    garbled: 0,
  })
  await t.rejects(readHistory(folder, { limit: 1 }), { code: 'EISDIR' })
  await t.rejects(readHistory(join(folder, 'x\0'), { limit: 1 }), { code: 'ERR_INVALID_ARG_VALUE' })
})
