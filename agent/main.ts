#!/usr/bin/env node
/** The process edge: arguments, configuration, signals, exit code. No logic. */
import { readVersion } from './cli/version.ts'
import { reload } from './cli/reload.ts'
import { serve } from './cli/serve.ts'
import type { Running } from './cli/serve.ts'
import { compose } from './compose.ts'
import { loadConfig } from './config/load.ts'
import type { LoadedConfig } from './config/load.ts'
import { parseInvocation, usage } from './config/overrides.ts'
import type { Config } from './config/config.ts'
import { makeLog, standardOutput } from './journal/log.ts'

/** Exit codes of sysexits.h, as service managers know them. */
const exUsage = 64
const exConfig = 78

const version = readVersion(import.meta.url)

const main = async (): Promise<void> => {
  const invocation = parseInvocation(process.argv.slice(2), process.env)
  switch (invocation.kind) {
    case 'help':
      process.stdout.write(usage)
      return
    case 'version':
      process.stdout.write(`peerfence ${version}\n`)
      return
    case 'misused':
      process.stderr.write(`peerfence: ${invocation.message}\n${usage}`)
      process.exitCode = exUsage
      return
    case 'serve':
    case 'config-check': {
      const load = async () => await loadConfig(invocation.configFile, invocation.overrides)
      const loaded = await load()
      if (loaded.kind === 'faulty') {
        for (const { path, rule } of loaded.faults) {
          process.stderr.write(`peerfence: ${invocation.configFile}: ${path}: ${rule}\n`)
        }
        process.exitCode = exConfig
        return
      }
      if (invocation.kind === 'serve') await runUntilSignal(loaded.config, load)
      else process.stdout.write(`${invocation.configFile}: no faults\n`)
    }
  }
}

const runUntilSignal = async (config: Config, load: () => Promise<LoadedConfig>): Promise<void> => {
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
    if (running !== undefined) void reload(load, running, log)
  })
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  try {
    running = await serve(config, log, await compose(config, log, version))
    log.info({ addresses: running.addresses, logLevel: config.log.level }, 'agent is ready')
  } catch (error) {
    die(error, 'agent failed to start')
  }
}

await main()
