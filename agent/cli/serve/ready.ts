import { nameOfListener } from '../../http/admit/listener-rule.ts'
import type { ListenerRule } from '../../http/admit/listener-rule.ts'
import { realClock } from '../../base/time/real-clock.ts'
import { overrideOptions, precedence, readConfig, configSourceOf } from '../configuration.ts'
import { exitCodes } from '../exit-code.ts'
import { isAnswering } from './listener-answer.ts'
import type { Subcommand } from '../subcommand.ts'

const waitSecDefault = 30
const pollMs = 50

export const readySubcommand: Subcommand = {
  name: 'ready',
  synopsis: ['[--config FILE] [--listen ADDRESS] [--wait-sec N] [--pid N]'],
  operandsMax: 0,
  options: {
    ...overrideOptions,
    'wait-sec': {
      type: 'string',
      value: 'N',
      help: `give up after so many seconds (${waitSecDefault}; 0: ask once)`,
    },
    pid: { type: 'string', value: 'N', help: 'give up as soon as this process is gone' },
  },
  about: `Waits until an agent answers at every place where this configuration has it listen: for service managers.
${precedence}
exit codes: 0 it answers, 64 wrong usage, 69 it does not, 78 wrong configuration`,
  run: async (args, terminal) => {
    const waitSec = args.text('wait-sec') ?? String(waitSecDefault)
    // Empty as a service manager leaves it that does not know its process.
    const pid = args.text('pid') ?? ''
    if (!/^\d{1,3}$/.test(waitSec) || !/^([1-9]\d{0,9})?$/.test(pid)) {
      terminal.err(
        'peerfence: --wait-sec has to be a number below 1000, and --pid one of a process\n',
      )
      return exitCodes.usage
    }
    const config = await readConfig(configSourceOf(args, terminal), terminal.err)
    if (config === undefined) return exitCodes.config
    const isGone = (): boolean => pid !== '' && !isThere(Number(pid))
    const silent = await firstSilent(config.http.listeners, Number(waitSec) * 1000, isGone)
    if (silent === undefined) return exitCodes.done
    const why = isGone() ? ', and the process is gone' : ''
    terminal.err(`peerfence: nothing answers at ${nameOfListener(silent)}${why}\n`)
    return exitCodes.hostUnavailable
  },
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Of another user, and alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The first listener that did not answer in time; each is asked once at least. */
const firstSilent = async (
  listeners: readonly ListenerRule[],
  waitMs: number,
  isGone: () => boolean,
): Promise<ListenerRule | undefined> => {
  const deadlineMs = realClock.nowMs() + waitMs
  const never = new AbortController().signal
  for (const listener of listeners) {
    for (;;) {
      const leftMs = deadlineMs - realClock.nowMs()
      if (await isAnswering(listener, Math.max(Math.ceil(leftMs), 1000))) break
      if (leftMs <= 0 || isGone()) return listener
      await realClock.wait(pollMs, never)
    }
  }
  return undefined
}
