import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { ageOf } from '../../../agent/cli/history/history.ts'
import { doubt, unreachable } from '../../../agent/domain/verdict.ts'
import { intentLine, outcomeLine, unfenceLine } from '../../../agent/journal/records.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { fenceRecord, fenceRequest, vmHex, vmUuid } from '../../fixtures/values/fence-records.ts'

const at = new Date(Date.now() - 7_300_000).toISOString()
const lines = [
  outcomeLine(fenceRecord(), at),
  `torn\n`,
  outcomeLine(
    fenceRecord({
      request: fenceRequest({}, { fenceId: 'f2', askedBy: 'mn-2' }),
      verdict: doubt('unkillable'),
    }),
    at,
  ),
  outcomeLine(
    fenceRecord({
      request: fenceRequest({}, { fenceId: 'f3' }),
      verdict: unreachable('every-address-silent'),
    }),
    at,
  ),
  intentLine(fenceRequest({}, { fenceId: 'f4' }), at),
  unfenceLine(fenceRequest({}, { fenceId: 'f5', askedBy: 'mn-3' }), 'asked', at),
  unfenceLine(fenceRequest({}, { fenceId: 'f5', askedBy: 'mn-3' }), 'lifted', at),
]

test('who had what fenced, when, for whom and with which verdict', async (t) => {
  const file = join(t.testdir({}), 'journal.jsonl')
  writeFileSync(file, lines.join(''))
  const { code, out, err } = await call(['history', '--journal', file])
  t.equal(code, 0)
  t.match(err, /^peerfence: 1 lines of the journal are no records and were passed over\n$/)
  const vm = `VM ${vmUuid()} on 192.0.2.7`
  t.same(out.trimEnd().split('\n'), [
    `${at} (2 h ago) ${vm}: unfence, quarantine lifted; asked by mn-3, fence f5`,
    `${at} ${vm}: no outcome: in flight or cut off; asked by mn-1, fence f4`,
    `${at} (2 h ago) ${vm}: targetHostUnreachable every-address-silent; asked by mn-1, fence f3`,
    `${at} (2 h ago) ${vm}: qemuStillAlive unkillable; asked by mn-2, fence f2`,
    `${at} (2 h ago) ${vm}: qemuConfirmedDead destroyed; asked by mn-1, fence fence-1`,
  ])
  const coloured = await call(['history', '--journal', file], { isOutTerminal: true })
  for (const colour of [2, 31, 32, 33]) t.ok(coloured.out.includes(`\u001b[${colour}m`))
  const json = await call(['history', '--journal', file, '--json', '--asked-by', 'mn-2'])
  t.match(JSON.parse(json.out), { fenceId: 'f2', reason: 'unkillable', ageMs: /^73/ })
  const last = await call(['history', '--journal', file, '--vm', vmHex, '--last'])
  t.match(last.out, /^[^\n]*fence f4\n$/)
})

test('the journal of the configuration; nothing found, nothing readable, nothing understood', async (t) => {
  const folder = t.testdir({ 'peerfence.json': '{}' })
  const config = join(folder, 'peerfence.json')
  writeFileSync(config, JSON.stringify({ journal: { file: join(folder, 'journal.jsonl') } }))
  t.match(await call(['history', '--config', config]), { code: 1, out: '', err: /no such fence/ })
  t.match(await call(['history', '--journal', folder]), { code: 1, err: /cannot be read/ })
  t.match(await call(['history', '--limit', 'x']), { code: 64, err: /history: --limit/ })
  t.match(await call(['history', '--config', '/none']), { code: 78 })
})

test('an age is told in its largest whole unit', async (t) => {
  const rows = [
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 m'],
    [7_300_000, '2 h'],
    [200_000_000, '2 d'],
  ] as const
  for (const [ms, age] of rows) t.equal(ageOf(ms), age)
})
