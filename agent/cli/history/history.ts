import { historyEntry } from '../../contract/reply/history-reply.ts'
import type { HistoryEntry } from '../../contract/reply/history-reply.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import { parseVerdict } from '../../domain/verdict-word.ts'
import type { HistoryQuery } from '../../fence/history.ts'
import { readWholeHistory } from '../../journal/history-files.ts'
import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import { paintFor } from '../colour.ts'
import type { Paint } from '../colour.ts'
import { configOption, readConfig, configSourceOf } from '../configuration.ts'
import { plain } from '../print-answer.ts'
import { socketOf } from '../run-mode.ts'
import type { Arguments, Subcommand, Terminal } from '../subcommand.ts'
import { historyByAgent } from './history-by-agent.ts'
import { historyOf } from './history-options.ts'

export const historySubcommand: Subcommand = {
  name: 'history',
  synopsis: [
    '[--vm UUID [--last]] [--host HOST] [--since TIME] [--verdict WORD] [--json] [OPTION...]',
  ],
  operandsMax: 0,
  options: {
    vm: { type: 'string', value: 'UUID', help: 'only of this VM' },
    last: { type: 'boolean', help: 'with --vm: its last fence alone, with its age' },
    host: { type: 'string', value: 'HOST', help: 'only of this suspect: an address or its uuid' },
    since: {
      type: 'string',
      value: 'TIME',
      help: '2026-11-22T08:00:00Z, a date, or an age: 90m, 8h, 7d',
    },
    verdict: { type: 'string', value: 'WORD', help: 'only dead, unreachable or refused' },
    'asked-by': { type: 'string', value: 'NAME', help: 'only what this caller asked for' },
    limit: { type: 'string', value: 'N', help: 'how many at most (50)' },
    json: { type: 'boolean', help: 'one JSON object a line' },
    journal: { type: 'string', value: 'FILE', help: 'this file, and not journal.file' },
    ...configOption,
  },
  about: `Shows who had what fenced on this peer, when, for whom and with which verdict, the newest first, out of the
journal and what was moved aside of it (FILE.1, FILE.2.gz). Lines that a crash has torn are passed over and counted.
Whoever may not read the journal is told by the agent (at PEERFENCE_SOCKET, or its own), out of its journal alone.
What a verdict said is of its time: the VM may have been started there since. Only a new fence tells about now.
exit codes: 0 shown, 1 none was found or the journal cannot be read, 64 wrong usage, 78 wrong configuration`,
  run: async (args, terminal) => {
    const nowMs = Date.now()
    const history = historyOf(args, nowMs)
    if (history.kind === 'misused') {
      terminal.err(`peerfence: ${history.message}\n`)
      return exitCodes.usage
    }
    let file = args.text('journal')
    if (file === undefined) {
      const config = await readConfig(
        { ...configSourceOf(args, terminal), overrides: {} },
        terminal.err,
      )
      if (config === undefined) return exitCodes.config
      file = config.journal.file
    }
    const { fences, garbled, unreadable } = await readWholeHistory(file, history.query)
    if (unreadable.includes(file) && args.text('journal') === undefined) {
      return await showOfAgent(history.query, args, terminal)
    }
    show(
      fences.map((fence) => historyEntry(fence, nowMs)),
      args,
      terminal,
    )
    if (garbled > 0)
      terminal.err(
        `peerfence: ${garbled} lines of the journal are no records and were passed over\n`,
      )
    for (const one of unreadable) terminal.err(`peerfence: ${one}: cannot be read\n`)
    if (fences.length === 0 && unreadable.length === 0) terminal.err(none)
    return fences.length === 0 || unreadable.length > 0 ? exitCodes.notDone : exitCodes.done
  },
}

const none = 'peerfence: no such fence\n'

/** Who may ask the agent and not read its journal learns the same from the agent. */
const showOfAgent = async (
  query: HistoryQuery,
  args: Arguments,
  terminal: Terminal,
): Promise<ExitCode> => {
  const told = await historyByAgent(socketOf(args, terminal), query)
  if (told.kind === 'unanswered') {
    const because = `the journal may not be read by this user, and the agent did not tell`
    terminal.err(`peerfence: ${because}: ${told.because}\n`)
    return exitCodes.notDone
  }
  show(told.entries, args, terminal)
  if (told.entries.length === 0) terminal.err(none)
  return told.entries.length === 0 ? exitCodes.notDone : exitCodes.done
}

const show = (entries: readonly HistoryEntry[], args: Arguments, terminal: Terminal): void => {
  const paint = paintFor(terminal)
  for (const entry of entries) {
    terminal.out(`${args.isSet('json') ? asciiJson(entry) : lineOf(entry, paint)}\n`)
  }
}

/** What was asked, where it was no fence, or what came of the fence. */
const whatOf = (
  { action, verdict: word, reason, quarantine }: HistoryEntry,
  paint: Paint,
): string => {
  if (action === 'unfence') return paint(`unfence, quarantine ${plain(quarantine)}`, 'yellow')
  const verdict = parseVerdict(word, reason)
  return verdict === undefined
    ? paint('no outcome: in flight or cut off', 'dim')
    : paint(`${word} ${reason}`, colours[verdict.kind])
}

const lineOf = (entry: HistoryEntry, paint: Paint): string => {
  const { endedAt, askedAt, ageMs, vm, suspect, askedBy, fenceId } = entry
  const when = endedAt === '' ? askedAt : endedAt
  const age = ageMs === undefined ? '' : ` (${ageOf(ageMs)} ago)`
  const head = plain(`${when}${age} VM ${vm} on ${suspect}`)
  return `${head}: ${whatOf(entry, paint)}; ${plain(`asked by ${askedBy}, fence ${fenceId}`)}`
}

const colours = { 'confirmed-dead': 'green', unreachable: 'yellow', 'still-alive': 'red' } as const

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const

/** The largest whole unit: 3 h, 12 m, 7 s. */
export const ageOf = (ms: number): string => {
  const [unit, size] = units.find(([, one]) => ms >= one) ?? (['s', 1_000] as const)
  return `${Math.floor(ms / size)} ${unit}`
}
