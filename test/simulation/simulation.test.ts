/**
 * Half a minute on an idle processor; `PEERFENCE_FENCES=1000000` takes longer, as
 * `scripts/simulate` does.
 */
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'tap'
import { root } from '../mutants/tree.ts'
import { lightenSignals } from './light-signals.ts'
import { play } from './play.ts'
import type { Plan } from './plan.ts'
import { planOf } from './seeds.ts'
import { planWith, shrink } from './shrink.ts'

const fences = Number(process.env['PEERFENCE_FENCES'] ?? 20_000)
const corpus = join(root, 'test/simulation/corpus')

// In a process of its own: what a test runner hooks into promises takes longer than the fences.
test(
  'no fence of thousands in simulated worlds breaks a promise',
  { timeout: 170_000 },
  async (t) => {
    const main = join(root, 'build/test/simulation/main.js')
    const args = [main, '--seed', '1', '--fences', String(fences)]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    for (const line of stdout.split('\n')) t.comment(line)
    t.match(stdout, new RegExp(`^0 of \\d{${String(fences).length},} broke a promise`, 'm'))
    // A simulation in which nothing happens shows nothing.
    for (const what of ['confirmed-dead: destroyed', 'unreachable: ', 'silence while it lived']) {
      t.ok(stdout.includes(what), what)
    }
  },
)

test('one seed gives one log, byte for byte, also with the signals of Node', async (t) => {
  for (const world of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const plan = planOf(3, world)
    const ofNode = await play(plan, true)
    const undo = lightenSignals()
    const [light, again] = [await play(plan, true), await play(plan, true)]
    undo()
    t.same(light.log, again.log)
    t.same(light.log, ofNode.log)
    t.ok(light.log.length > 10)
  }
})

test('worlds that were red once are not red any more', async (t) => {
  t.teardown(lightenSignals())
  for (const name of readdirSync(corpus).filter((one) => one.endsWith('.json'))) {
    const plan = JSON.parse(readFileSync(join(corpus, name), 'utf8')) as Plan
    const { violations } = await play(plan)
    t.same(violations, [], name)
  }
})

test('what does not matter to a broken promise is taken out of its world', async (t) => {
  t.teardown(lightenSignals())
  // The sshd of its host is closed for good.
  const plan: Plan = {
    ...planOf(1, 1),
    hosts: 2,
    vms: [{ on: 'kvm-1' }],
    asks: [{ atMs: 1_000, vm: 'vm-1', answer: 'now', peer: 0, budgetSec: 5 }],
    faults: [
      { kind: 'clock-jumps', atMs: 400, forMs: 10, host: 'kvm-1', ms: 500 },
      { kind: 'sshd-closed', atMs: 500, forMs: 500_000, host: 'kvm-1' },
      { kind: 'cut-ip', atMs: 700, forMs: 10, host: 'kvm-2', to: 'node' },
    ],
  }
  const { violations } = await play(plan)
  t.match(violations, [{ law: 'not-confirmed' }])
  const kept = await shrink(plan, 'not-confirmed')
  t.same(kept.asks, [])
  t.same(kept.faults, [1])
  t.match((await play(planWith(plan, kept))).violations, [{ law: 'not-confirmed' }])
})
