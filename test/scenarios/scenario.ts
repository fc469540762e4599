/**
 * Stories: a folder each, with a line about it, a world as data, and the log that it has to give.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../mutants/tree.ts'
import { play } from '../simulation/play.ts'
import type { Plan } from '../simulation/plan.ts'

const folder = join(root, 'test/scenarios')

/** What a story does not say. */
const usual: Plan = {
  seed: [0],
  hosts: 3,
  vms: [],
  isOnLink: true,
  keepMs: 30_000,
  proofMs: 60_000,
  holdMs: 300,
  asks: [],
  faults: [],
  quietMs: 120_000,
  isAskedAtLast: false,
}

export const scenarios = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'world.json')))
    .toSorted()

/** The log, with every promise that was broken at its end. */
export const playScenario = async (name: string): Promise<string> => {
  const text = readFileSync(join(folder, name, 'world.json'), 'utf8')
  const { log, violations } = await play({ ...usual, ...(JSON.parse(text) as Partial<Plan>) }, true)
  const broken = violations.map(({ law, words }) => `broken: ${law}: ${words}`)
  return `${[...log, ...broken].join('\n')}\n`
}

export const expectedLog = (name: string): string => {
  const file = join(folder, name, 'log.expect')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

export const writeScenarios = async (print: (line: string) => void): Promise<number> => {
  for (const name of scenarios()) {
    const log = await playScenario(name)
    if (log !== expectedLog(name)) print(`${name}: another log`)
    writeFileSync(join(folder, name, 'log.expect'), log)
  }
  return 0
}
