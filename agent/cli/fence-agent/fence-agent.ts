import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import { socketOf } from '../run-mode.ts'
import type { Terminal, Arguments, Subcommand } from '../subcommand.ts'
import { plain } from '../print-answer.ts'
import { parseInput } from './input.ts'
import { sightingOf } from './status.ts'
import { metadata } from './metadata.ts'
import { monitor } from './monitor.ts'
import { off } from './off.ts'
import { actions, options } from './parameters.ts'
import type { Action } from './parameters.ts'
import { readInput } from './read-input.ts'
import { configSourceOf } from './settings.ts'
import type { FenceAgentConfig } from './settings.ts'
import { resolveVm } from './vm-map.ts'

export const fenceAgentSubcommand: Subcommand = {
  name: 'fence-agent',
  synopsis: ['< KEY=VALUE...', '-o ACTION -a HOST[,...] -n VM [OPTION...]'],
  operandsMax: 0,
  options,
  about: `fence_peerfence, the fence agent for Pacemaker: without options it reads key=value lines from standard input, with
underscores for dashes. off KILLS the VM and proves that it is dead on every host of --ip.
exit codes: 0 off: proven dead on every host; status: it runs; the other actions: done
            1 everything else. status never ends with 2 ("off"): a look proves no death`,
  run: async (args, terminal) => {
    const input = await inputOf(args, terminal)
    if (typeof input === 'string') return fail(input, terminal)
    const word = input.text('action')?.toLowerCase()
    if (word === undefined) return fail('action is missing', terminal)
    const action = actions.find((one) => one === word)
    if (action !== undefined) return await perform(action, input, terminal)
    return fail(
      word === 'reboot' || word === 'on'
        ? `${word} is refused: it kills and proves, and starts nothing. Ask for off, and start the VM by its manager`
        : 'there is no such action',
      terminal,
    )
  },
}

/** 1 alone: of status, 2 would mean "off". */
const fail = (message: string, { err }: Pick<Terminal, 'err'>): ExitCode => {
  err(`fence_peerfence: ${plain(message)}\n`)
  return exitCodes.notDone
}

const inputOf = async (args: Arguments, { stdin, err }: Terminal): Promise<Arguments | string> => {
  if (Object.keys(options).some(args.isSet)) return args
  const text = await readInput(stdin())
  if (text === undefined) return 'standard input did not end, or is too long'
  const input = parseInput(text)
  if (input.kind === 'misused') return input.message
  const { ignored } = input
  if (ignored.length > 0) err(`fence_peerfence: ignored: ${plain(ignored.join(', '))}\n`)
  return input.args
}

const perform = async (action: Action, args: Arguments, terminal: Terminal): Promise<ExitCode> => {
  if (action === 'metadata') {
    terminal.out(metadata())
    return exitCodes.done
  }
  const settings = await configSourceOf(args, socketOf({ text: () => undefined }, terminal))
  if (typeof settings === 'string') return fail(settings, terminal)
  switch (action) {
    case 'monitor':
      return (await monitor(settings, terminal))
        ? exitCodes.done
        : fail('it could not fence', terminal)
    case 'list':
    case 'list-status':
      return await list(action, settings, terminal)
    case 'off':
    case 'status':
    case 'validate-all':
      return await onVm(action, args, settings, terminal)
  }
}

/** Of the one VM that is meant. */
const onVm = async (
  action: 'off' | 'status' | 'validate-all',
  args: Arguments,
  settings: FenceAgentConfig,
  terminal: Terminal,
): Promise<ExitCode> => {
  const plug = args.text('plug') ?? args.text('nodename')
  const vm = plug === undefined ? undefined : resolveVm(plug, settings.vms)
  if (action === 'validate-all') {
    // A fencer that validates asks for a node of its own making.
    const isJudged = plug !== undefined && args.text('nodename') === undefined
    if (isJudged && vm === undefined) return fail(noSuchVm, terminal)
    terminal.out(
      `valid. off takes at most ${settings.offSecMax} s: pcmk_off_timeout has to be longer\n`,
    )
    return exitCodes.done
  }
  if (vm === undefined) return fail(plug === undefined ? 'plug is missing' : noSuchVm, terminal)
  const questions = settings.questions(vm)
  if (action === 'off') {
    return (await off(questions, settings, terminal)) ? exitCodes.done : exitCodes.notDone
  }
  const { isOn, lines } = await sightingOf(questions, settings)
  terminal.err(lines.map((line) => `${line}\n`).join(''))
  terminal.out(`Status: ${isOn ? 'ON' : 'UNKNOWN'}\n`)
  return isOn ? exitCodes.done : exitCodes.notDone
}

const noSuchVm = 'plug has to be a name or a uuid of vm_map, or without vm_map a uuid'

const list = async (
  action: 'list' | 'list-status',
  settings: FenceAgentConfig,
  terminal: Terminal,
): Promise<ExitCode> => {
  if (settings.vms === undefined)
    return fail('vm_map is missing: there is nothing to list', terminal)
  for (const { name, uuid } of settings.vms) {
    if (action === 'list') terminal.out(`${uuid},${plain(name)}\n`)
    else {
      const { isOn } = await sightingOf(settings.questions(uuid), settings)
      terminal.out(`${uuid},${plain(name)},${isOn ? 'ON' : 'UNKNOWN'}\n`)
    }
  }
  return exitCodes.done
}
