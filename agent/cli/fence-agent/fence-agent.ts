import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import { socketOf } from '../place.ts'
import type { Edge, Given, Subcommand } from '../subcommand.ts'
import { plain } from '../tell-answer.ts'
import { parseInput } from './input.ts'
import { sightingOf } from './look.ts'
import { metadata } from './metadata.ts'
import { monitor } from './monitor.ts'
import { off } from './off.ts'
import { actions, options } from './parameters.ts'
import type { Action } from './parameters.ts'
import { readInput } from './read-input.ts'
import { settingsOf } from './settings.ts'
import type { Settings } from './settings.ts'
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
  run: async (given, edge) => {
    const input = await inputOf(given, edge)
    if (typeof input === 'string') return fail(input, edge)
    const word = input.text('action')?.toLowerCase()
    if (word === undefined) return fail('action is missing', edge)
    const action = actions.find((one) => one === word)
    if (action !== undefined) return await perform(action, input, edge)
    return fail(
      word === 'reboot' || word === 'on'
        ? `${word} is refused: it kills and proves, and starts nothing. Ask for off, and start the VM by its manager`
        : 'there is no such action',
      edge,
    )
  },
}

/** 1 alone: of status, 2 would mean "off". */
const fail = (message: string, { err }: Pick<Edge, 'err'>): ExitCode => {
  err(`fence_peerfence: ${plain(message)}\n`)
  return exitCodes.notDone
}

const inputOf = async (given: Given, { stdin, err }: Edge): Promise<Given | string> => {
  if (Object.keys(options).some(given.isSet)) return given
  const text = await readInput(stdin())
  if (text === undefined) return 'standard input did not end, or is too long'
  const input = parseInput(text)
  if (input.kind === 'misused') return input.message
  const { ignored } = input
  if (ignored.length > 0) err(`fence_peerfence: ignored: ${plain(ignored.join(', '))}\n`)
  return input.given
}

const perform = async (action: Action, given: Given, edge: Edge): Promise<ExitCode> => {
  if (action === 'metadata') {
    edge.out(metadata())
    return exitCodes.done
  }
  const settings = await settingsOf(given, socketOf({ text: () => undefined }, edge))
  if (typeof settings === 'string') return fail(settings, edge)
  switch (action) {
    case 'monitor':
      return (await monitor(settings, edge)) ? exitCodes.done : fail('it could not fence', edge)
    case 'list':
    case 'list-status':
      return await list(action, settings, edge)
    case 'off':
    case 'status':
    case 'validate-all':
      return await onVm(action, given, settings, edge)
  }
}

/** Of the one VM that is meant. */
const onVm = async (
  action: 'off' | 'status' | 'validate-all',
  given: Given,
  settings: Settings,
  edge: Edge,
): Promise<ExitCode> => {
  const plug = given.text('plug') ?? given.text('nodename')
  const vm = plug === undefined ? undefined : resolveVm(plug, settings.vms)
  if (action === 'validate-all') {
    // A fencer that validates asks for a node of its own making.
    const isJudged = plug !== undefined && given.text('nodename') === undefined
    if (isJudged && vm === undefined) return fail(noSuchVm, edge)
    edge.out(
      `valid. off takes at most ${settings.offSecMax} s: pcmk_off_timeout has to be longer\n`,
    )
    return exitCodes.done
  }
  if (vm === undefined) return fail(plug === undefined ? 'plug is missing' : noSuchVm, edge)
  const questions = settings.questions(vm)
  if (action === 'off') {
    return (await off(questions, settings, edge)) ? exitCodes.done : exitCodes.notDone
  }
  const { isOn, lines } = await sightingOf(questions, settings)
  edge.err(lines.map((line) => `${line}\n`).join(''))
  edge.out(`Status: ${isOn ? 'ON' : 'UNKNOWN'}\n`)
  return isOn ? exitCodes.done : exitCodes.notDone
}

const noSuchVm = 'plug has to be a name or a uuid of vm_map, or without vm_map a uuid'

const list = async (
  action: 'list' | 'list-status',
  settings: Settings,
  edge: Edge,
): Promise<ExitCode> => {
  if (settings.vms === undefined) return fail('vm_map is missing: there is nothing to list', edge)
  for (const { name, uuid } of settings.vms) {
    if (action === 'list') edge.out(`${uuid},${plain(name)}\n`)
    else {
      const { isOn } = await sightingOf(settings.questions(uuid), settings)
      edge.out(`${uuid},${plain(name)},${isOn ? 'ON' : 'UNKNOWN'}\n`)
    }
  }
  return exitCodes.done
}
