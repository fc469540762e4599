import { dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { DrillReport } from '../../contract/reply/drill-report.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import { hostPortsOf, parseHostPort } from '../../base/net/host-port.ts'
import type { HostPort } from '../../base/net/host-port.ts'
import { asOwnerOf } from '../as-owner.ts'
import { paintFor } from '../colour.ts'
import { configOption, readConfig, configSourceOf } from '../configuration.ts'
import { exitCodes } from '../exit-code.ts'
import type { Terminal, Subcommand } from '../subcommand.ts'
import { drillLines } from './print-drill.ts'

const peersMax = 1024
const timeoutSecDefault = 20
const timeoutSecMax = 300

export const doctorSubcommand: Subcommand = {
  name: 'doctor',
  synopsis: ['[PEER...] [--drill] [--json] [--timeout SEC] [--config FILE]'],
  operandsMax: peersMax,
  options: {
    drill: { type: 'boolean', help: 'kill a canary of our own there, and prove it dead' },
    timeout: { type: 'string', value: 'SEC', help: 'the time of one login, in seconds (20)' },
    json: { type: 'boolean', help: 'print what was found as JSON' },
    ...configOption,
  },
  about: `A fire drill: tries for each PEER (HOST, HOST:PORT, [ADDRESS]:PORT; else for doctor.peers of the configuration) whether
this host could fence a VM there, by the whole way of a fence: name, connection, host key, login, sudo, bash, what
of /proc is in view, pgrep, virsh, the clock, the limits of sshd. It touches no VM. With --drill it also starts a
canary there, a bash that calls itself qemu-kvm and bears a uuid made up for it, kills it as a fence does, and
proves it dead; the canary ends by itself within a minute, whatever happens. A host that passes it is confirmed: what it
calls itself is bound to its host key, so that a fence may know it by that.
It has the keys and passwords of the configuration alone: where a management node sends its own, those are not
tried. As a fence does, it pins the key of a host that is new, unless ssh.hostKeyPolicy says "strict".
It asks each of the configured neighbours who it is, and passes nothing on.
One line per host: "ok", what it has, and after "but" what does not keep a fence from its proof; or "FAILED", the
reason (a word of the contract), and what a person does about it. This very host is left out and not counted.
What a --drill of all doctor.peers found is kept beside journal.file: GET /doctor and the metrics of the agent show it.
As root it works in the name of the owner of the folder of journal.file; else run it as the agent's user.
exit codes: 0 every host could be fenced, 20 some could not, 1 a fault, 64 wrong usage, 78 wrong configuration,
or no peer is args and doctor.peers is empty`,
  run: async (args, terminal) => {
    const misused = (message: string) => {
      terminal.err(`peerfence: doctor: ${message}\n`)
      return exitCodes.usage
    }
    const timeoutSec = Number(args.text('timeout') ?? timeoutSecDefault)
    if (!Number.isInteger(timeoutSec) || timeoutSec < 1 || timeoutSec > timeoutSecMax) {
      return misused(`--timeout has to be a number from 1 to ${timeoutSecMax}`)
    }
    const settings = configSourceOf(args, terminal)
    const config = await readConfig({ ...settings, overrides: {} }, terminal.err)
    if (config === undefined) return exitCodes.config
    const names = args.operands.length > 0 ? args.operands : config.doctor.peers
    if (names.length === 0) {
      terminal.err(
        `peerfence: doctor: nothing to try: no PEER is given, and doctor.peers of ${settings.configFile} is empty; list there the hosts that this one may have to fence\n`,
      )
      return exitCodes.config
    }
    const peers = hostPortsOf(names)
    if (peers.length < names.length) {
      const wrong = names.filter((text) => parseHostPort(text, undefined) === undefined)
      return misused(`${wrong.join(', ')}: no HOST, HOST:PORT or [ADDRESS]:PORT`)
    }
    // Loaded where it is wanted: all of the way to a suspect hangs on it.
    const { doctorRun } = await import('./doctor-run.ts')
    const asked = { peers, timeoutSec, isDrill: args.isSet('drill') }
    const report = await asOwnerOf(dirname(config.journal.file), async () => {
      const found = await doctorRun(asked, config, terminal)
      const isWhole = asked.isDrill && args.operands.length === 0
      if (found !== undefined && isWhole) await keep(found, config, terminal)
      return found
    })
    if (report === undefined) return exitCodes.notDone
    const lines = args.isSet('json')
      ? [asciiJson(report)]
      : [...(await outlookOf(config, peers)), ...drillLines(report, paintFor(terminal))]
    terminal.out(`${lines.join('\n')}\n`)
    return report.could === report.of && report.of > 0 ? exitCodes.done : exitCodes.couldNotFence
  },
}

/** What a drill of hosts does not show. */
const outlookOf = async (
  config: Config,
  peers: readonly HostPort[],
): Promise<readonly string[]> => {
  const { silenceOutlook } = await import('../../compose/silence-outlook.ts')
  const { neighbourOutlook } = await import('../../compose/neighbour-outlook.ts')
  return [
    ...(await silenceOutlook(config, peers)),
    ...(await asOwnerOf(dirname(config.journal.file), () => neighbourOutlook(config))),
  ]
}

const keep = async (report: DrillReport, config: Config, { err }: Terminal): Promise<void> => {
  const { createKeptDrill } = await import('../../compose/last-drill.ts')
  try {
    await createKeptDrill(config).keep(report)
  } catch (error) {
    // What was found is told all the same.
    err(`peerfence: doctor: what was found is not kept for GET /doctor: ${String(error)}\n`)
  }
}
