import { isJournald, priorities } from '../../journal/priorities.ts'
import {
  configSourceOf,
  faultLine,
  overrideOptions,
  precedence,
  readConfigFiles,
  warnOf,
} from '../configuration.ts'
import { exitCodes } from '../exit-code.ts'
import type { Subcommand } from '../subcommand.ts'

export const serveSubcommand: Subcommand = {
  name: 'serve',
  synopsis: ['[--config FILE] [--listen ADDRESS] [--log-level LEVEL]'],
  operandsMax: 0,
  options: overrideOptions,
  about: `Answers until SIGTERM or SIGINT; a second signal ends it at once. SIGHUP reads certificates, tokens, demands of
listeners and suspects.networks anew, and logs which other settings differ and wait for a restart.
${precedence}
exit codes: 0 stopped, 1 a fault while running, 64 wrong usage, 78 wrong configuration`,
  run: async (args, { env, err, version }) => {
    // Loaded where it is wanted: this is the agent itself.
    const { startFaults } = await import('../../compose/start-faults.ts')
    const { loadConfig } = await import('../../config/load.ts')
    const { runUntilSignal } = await import('./run-until-signal.ts')
    const source = configSourceOf(args, { env })
    const isToJournald = isJournald(env['JOURNAL_STREAM'], 2)
    const say = (text: string, level: 'warn' | 'fatal'): void => {
      err(isToJournald ? `<${priorities[level]}>${text}` : text)
    }
    const fault = (text: string): void => {
      say(text, 'fatal')
    }
    const read = await readConfigFiles(source, fault)
    if (read === undefined) return exitCodes.config
    const { config, placeOf } = read
    const faults = await startFaults(config)
    for (const one of faults) {
      fault(`peerfence: ${faultLine(source, { ...one, place: placeOf(one.path) })}\n`)
    }
    if (faults.length > 0) return exitCodes.config
    warnOf(source, read, (text) => {
      say(text, 'warn')
    })
    const load = async () => await loadConfig(source.configFile, source.overrides)
    await runUntilSignal(config, load, version, fault)
    return exitCodes.done
  },
}
