/** Functions of the suspect's program, each on made-up files. */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'

import { callPart, playRows } from '../../fixtures/servers/program-part.ts'
import type { PartRow, Tree } from '../../fixtures/servers/program-part.ts'

const statOf = (comm: string, state = 'S', threads = 1): string =>
  `7 (${comm}) ${state} 1 7 7 0 -1 64 1 0 0 0 1 2 3 4 20 0 ${threads} 0 777 1 2\n`

const process7 = (stat: string): Tree => ({ proc: { 7: { stat } } })

const readStat = 'read_stat "$PROC/7/stat" && show st_comm st_state st_flags st_threads st_start'
const stats: readonly PartRow[] = [
  [
    'a name of one word is read as it is',
    process7(statOf('qemu-kvm')),
    readStat,
    'st_comm=qemu-kvm\nst_state=S\nst_flags=64\nst_threads=1\nst_start=777',
  ],
  [
    'blanks and parentheses of a name move no field',
    process7(statOf('a) Z 1 (b', 'D', 3)),
    readStat,
    'st_comm=a) Z 1 (b\nst_state=D\nst_flags=64\nst_threads=3\nst_start=777',
  ],
  [
    'a name may end with a line',
    process7(statOf('a\nb')),
    readStat,
    'st_comm=a\nb\nst_state=S\nst_flags=64\nst_threads=1\nst_start=777',
  ],
  ['a file that is cut short is no stat file', process7('7 (x) S 1 7'), readStat, ''],
  ['a name without its end is no stat file', process7('7 (x S 1 7'), readStat, ''],
  ['what is not there is not read', { proc: {} }, readStat, ''],
]

test('a stat file is read whatever name the process has', (t) => {
  playRows(t, stats)
})

const taken = (line: string) => `take_line '${line}'; echo "$?"; show action hold_ms page_cache`
const lines: readonly PartRow[] = [
  [
    'a known action is taken',
    {},
    taken('action=look'),
    '0\naction=look\nhold_ms=0\npage_cache=report',
  ],
  ['an unknown one is not', {}, taken('action=kill'), '1\naction=\nhold_ms=0\npage_cache=report'],
  [
    'a hold beyond its limit is not taken',
    {},
    taken('hold_ms=10001'),
    '1\naction=\nhold_ms=0\npage_cache=report',
  ],
  [
    'a number with a zero in front, which the shell takes for an octal one, is not taken',
    {},
    taken('hold_ms=010'),
    '1\naction=\nhold_ms=0\npage_cache=report',
  ],
  [
    'a VM before `ready` is not taken',
    {},
    'take_line "vm=11111111-2222-4333-8444-555555555555 100"; echo "$?"; show vms',
    '1\nvms=',
  ],
]

test('a line of the request is taken only where it fits', (t) => {
  playRows(t, lines)
})

const found = 'group_by[7:777]=uuid group_words[7:777]=; find_supervisor 7:777; show supervisor'
const supervised: readonly PartRow[] = [
  ['what is left to init is nobody’s', process7(statOf('qemu-kvm')), found, 'supervisor=no'],
  [
    'of what has gone by itself nobody knows who starts it again',
    { proc: {} },
    found,
    'supervisor=not-known',
  ],
  [
    'what libvirt runs is libvirt’s, gone or not',
    { proc: {} },
    found.replace('by[7:777]=uuid', 'by[7:777]=pid-file'),
    'supervisor=no',
  ],
]

test('a supervisor is ruled out only where somebody could look', (t) => {
  playRows(t, supervised)
})

test('a test of one part sees the real /proc where it names none', (t) => {
  t.equal(callPart(t, 'read_stat "$PROC/self/stat" && show st_comm'), 'st_comm=bash')
  t.end()
})

/**
 * The parts are one program, in which the last function of a name takes the place of all others.
 */
test('no part takes a name of another one', (t) => {
  const folder = fileURLToPath(new URL('../../../../scripts/suspect/fence-vms.d/', import.meta.url))
  const partsOf = new Map<string, Set<string>>()
  let functions = 0
  for (const part of readdirSync(folder)) {
    const text = readFileSync(`${folder}${part}`, 'utf8')
    const here = [...text.matchAll(/^(\w+)\(\)/gm)].map(([, name = '']) => name)
    t.same(here, [...new Set(here)], `${part} has each function once`)
    functions += here.length
    const lines = text.split('\n').filter((line) => /^(declare -\S+ )?[a-z]\w*=/.test(line))
    const set = lines.flatMap((line) => [...line.matchAll(/(?:^| )([a-z]\w*)=/g)])
    for (const name of [...here, ...set.map(([, name = '']) => name)]) {
      partsOf.set(name, (partsOf.get(name) ?? new Set()).add(part))
    }
  }
  const shared = [...partsOf].filter(([, parts]) => parts.size > 1)
  t.same(
    shared.map(([name, parts]) => [name, ...parts]),
    [],
  )
  t.ok(functions > 200, `${functions} functions`)
  t.end()
})
