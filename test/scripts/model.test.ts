// runs in a process of its own: it compiles and runs a model checker
/**
 * The model of the protocol: every instance ends as it must, and scripts/model can tell when one
 * does not.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

// A busy machine takes minutes to compile so many checkers.
t.setTimeout(900_000)

const model = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('scripts/model', args, { encoding: 'utf8' })
  return { status, text: `${stdout}${stderr}`, lines: stdout.trimEnd().split('\n') }
}

const missing = model('--rows', '/dev/null').status === 3
const skip = missing && 'spin or gcc is not to be had here (scripts/setup installs them as root)'

/** A table of our own, in place of the one that ships. */
const modelOf = (rows: readonly string[], ...args: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'peerfence-model-'))
  try {
    writeFileSync(join(folder, 'rows'), rows.map((row) => `${row}\n`).join(''))
    return model('--rows', join(folder, 'rows'), ...args)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

t.test('what must hold holds in every state, and what must fail is found', { skip }, async (t) => {
  const { status, text, lines } = model()
  t.match(lines.at(-1), /^\d\d passed, 0 failed$/, text)
  t.equal(status, 0)
  for (const name of ['silence-of-one', 'silence-of-two', 'start-afterwards']) {
    const from = lines.findIndex((line) => line.startsWith(`${name}: `))
    const trace = lines.slice(from + 1, lines.indexOf('', from))
    t.ok(from > 0 && trace.length > 5 && trace.length < 25, `the trace of ${name} is short`)
    t.match(trace[0], /node: asks peer 0/)
    t.equal(trace.at(-1), '    !! two_writers', `it ends with two writers`)
  }
})

t.test('an instance that does not end as it must is a failure', { skip }, async (t) => {
  const broken: readonly (readonly [string, string])[] = [
    ['passed-on | kill_after_refusal | ', 'holds'],
    ['passed-on | holds | -DCANCEL_LOST=1 -DEARLY=1', 'kill_after_refusal'],
    ['passed-on | proof_too_old | -DCANCEL_LOST=1 -DEARLY=1', 'kill_after_refusal'],
    ['crash | two_writers | -Dend=waits', 'another-error'],
    ['passed-on | holds | -DRESERVE=3', 'vacuous'],
    ['passed-on | holds | -DBUDGET=(', 'no-search'],
  ]
  const { status, text, lines } = modelOf(
    broken.map(([row], index) => `limit case-${index} | ${row} | planted`),
  )
  for (const [index, [row, result]] of broken.entries()) {
    t.match(text, new RegExp(`case-${index} +\\w+ +${result} `), `${row}: ${result}`)
  }
  t.equal(lines.at(-1), '0 passed, 6 failed')
  t.equal(status, 1)
})

t.test('a search that was not complete is a failure', { skip }, async (t) => {
  const { status, text } = modelOf(['limit deep | crash | holds | | planted'], '--depth', '20')
  t.match(text, /deep +holds +incomplete /)
  t.equal(status, 1)
  t.equal(model('--rows', '/dev/null').status, 1, 'and so is a table of nothing')
})
