import { test } from 'tap'
import { reload } from '../../../agent/cli/serve/reload.ts'
import { parseConfig } from '../../../agent/config/load.ts'
import type { Config } from '../../../agent/config/config.ts'
import { makeLog } from '../../../agent/journal/log.ts'

const opened = (answer: () => Promise<void>) => {
  const lines: string[] = []
  const got: Config[] = []
  const log = makeLog('info', { write: (line: string) => lines.push(line) })
  const running = {
    reload: async (config: Config) => {
      got.push(config)
      await answer()
    },
  }
  return { lines, got, log, running }
}

const fine = async (): Promise<void> => {
  await Promise.resolve()
}

test('a good file is handed on', async (t) => {
  const { lines, got, log, running } = opened(fine)
  await reload(async () => await Promise.resolve(parseConfig({}, {})), running, log)
  t.equal(got.length, 1)
  t.match(lines, [/"level":"info".*reloaded/])
})

test('a file with faults changes nothing and is told', async (t) => {
  const { lines, got, log, running } = opened(fine)
  await reload(async () => await Promise.resolve(parseConfig({ x: 1 }, {})), running, log)
  t.same(got, [])
  t.match(lines, [/"level":"error".*"path":"\/x".*not reloaded/])
})

test('what cannot be put in place is told', async (t) => {
  const { lines, log, running } = opened(
    async () => await Promise.reject(new Error('needs a restart')),
  )
  await reload(async () => await Promise.resolve(parseConfig({}, {})), running, log)
  t.match(lines, [/"level":"error".*needs a restart.*not reloaded/])
})
