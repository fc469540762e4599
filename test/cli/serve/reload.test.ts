import { test } from 'tap'
import { createReload } from '../../../agent/cli/serve/reload.ts'
import { parseConfig } from '../../../agent/config/load.ts'
import type { Config } from '../../../agent/config/config.ts'
import { makeLog } from '../../../agent/journal/log.ts'

const configOf = (value: object): Config => {
  const parsed = parseConfig(value, {})
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults))
  return parsed.config
}

/** An agent that was started with `first`, and reads one of the others with each call. */
const opened = (first: object, others: readonly object[], answer = fine) => {
  const lines: string[] = []
  const got: Config[] = []
  const log = makeLog('info', { write: (line: string) => lines.push(line) })
  const running = {
    reload: async (config: Config) => {
      got.push(config)
      await answer()
    },
  }
  const left = [...others]
  const load = async () => await Promise.resolve(parseConfig(left.shift(), {}))
  return { lines, got, reload: createReload(configOf(first), load, running, log) }
}

const fine = async (): Promise<void> => {
  await Promise.resolve()
}

test('a good file is handed on, and what it changes is named', async (t) => {
  const { lines, got, reload } = opened({}, [{ suspects: { networks: ['10.0.0.0/8'] } }, {}])
  await reload()
  await reload()
  t.equal(got.length, 2)
  const changed = /"level":"info".*"changed":\["\/suspects\/networks"\],"waiting":\[\].*reloaded"/
  t.match(lines, [changed, changed])
})

test('what waits for a restart is named until it is as it was', async (t) => {
  const waits = { fence: { holdMs: 77 }, shutdownGraceSec: 3, doctor: { peers: ['kvm-8'] } }
  const { lines, reload } = opened({}, [waits, waits, {}])
  for (const _ of [1, 2, 3]) await reload()
  t.match(lines, [
    /"warn".*"changed":\["\/doctor\/peers"\],"waiting":\["\/fence\/holdMs","\/shutdownGraceSec"\]/,
    /"warn".*"changed":\[\],"waiting":\["\/fence\/holdMs","\/shutdownGraceSec"\]/,
    /"info".*"changed":\["\/doctor\/peers"\],"waiting":\[\]/,
  ])
})

test('a file with faults changes nothing and is told', async (t) => {
  const { lines, got, reload } = opened({}, [{ x: 1 }])
  await reload()
  t.same(got, [])
  t.match(lines, [/"level":"error".*"path":"\/x".*not reloaded/])
})

test('what cannot be put in place is told, and counts as not in place', async (t) => {
  let failures = 1
  const once = async (): Promise<void> => {
    await fine()
    if (failures-- > 0) throw new Error('needs a restart')
  }
  const fresh = { suspects: { networks: ['10.0.0.0/8'] } }
  const { lines, reload } = opened({}, [fresh, fresh], once)
  await reload()
  await reload()
  t.match(lines, [
    /"level":"error".*needs a restart.*not reloaded/,
    /"changed":\["\/suspects\/networks"\]/,
  ])
})
