/** The agent as a process: from its start to the signal that ends it. */
import { compose } from '../../compose/agent.ts'
import type { Config } from '../../config/config.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { makeLog, standardOutput } from '../../journal/log.ts'
import { createReload } from './reload.ts'
import { serve } from './serve.ts'
import { isBug, wordsOf } from './start-failure.ts'
import type { Running } from './serve.ts'

/**
 * Resolves once the agent answers; it ends the process by itself. `load` reads the configuration
 * anew; `say` is for what keeps it from starting, in words for a person.
 */
export const runUntilSignal = async (
  config: Config,
  load: () => Promise<LoadedConfig>,
  version: string,
  say: (text: string) => void,
): Promise<void> => {
  const log = makeLog(config.log.level, standardOutput())
  const die = (error: unknown, what: string): void => {
    log.fatal({ err: error }, what)
    // Open requests get no answer at all, which every caller takes for a refusal.
    process.exit(1)
  }
  // Node hands unhandled rejections to this event too.
  process.on('uncaughtException', (error) => {
    die(error, 'agent ended by a bug')
  })
  let running: Running | undefined
  let reloading: (() => Promise<void>) | undefined
  let isStopping = false
  const onSignal = (signal: string): void => {
    // A second signal means now; and before the start has ended there is nothing to finish.
    if (isStopping) process.exit(1)
    if (running === undefined) process.exit(0)
    isStopping = true
    log.info({ signal }, 'signal received')
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        die(error, 'agent failed to stop')
      },
    )
  }
  process.on('SIGHUP', () => {
    if (reloading !== undefined) void reloading()
  })
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  try {
    running = await serve(config, log, await compose(config, log, version))
    reloading = createReload(config, load, running, log)
    log.info({ addresses: running.addresses, logLevel: config.log.level }, 'agent is ready')
  } catch (error) {
    if (isBug(error)) {
      die(error, 'agent failed to start')
      return
    }
    say(`peerfence: the agent does not start: ${wordsOf(error)}\n`)
    process.exit(1)
  }
}
