import { closeSync, fstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { makeLog } from '../../agent/journal/log.ts'
import { isJournald, priorities, withPriorities } from '../../agent/journal/priorities.ts'

test('every line of the log bears the priority of its level', async (t) => {
  const lines: string[] = []
  const to = withPriorities({ write: (line: string) => lines.push(line) })
  const log = makeLog('trace', to)
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) {
    log[level]({ n: 1 }, 'x')
    t.match(lines.at(-1), new RegExp(`^<${priorities[level]}>\\{"level":"${level}"`))
  }
  for (const line of ['plain\n', '{"level":"loud"}\n']) {
    to.write(line)
    t.equal(lines.at(-1), line, 'what has no level is left as it is')
  }
})

test('only a descriptor that leads to where systemd says leads to journald', async (t) => {
  const descriptor = openSync(join(t.testdir({ f: '' }), 'f'), 'r')
  const { dev, ino } = fstatSync(descriptor)
  t.ok(isJournald(`${dev}:${ino}`, descriptor))
  t.notOk(isJournald(`${dev}:${ino + 1}`, descriptor), 'inherited, and written to elsewhere')
  t.notOk(isJournald('', descriptor))
  t.notOk(isJournald(undefined, descriptor))
  closeSync(descriptor)
  t.notOk(isJournald(`${dev}:${ino}`, 999_999))
})
