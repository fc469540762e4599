import { askPeers } from '../../client/ask-peers.ts'
import type { Advised, AskConfig, PeerOutcome } from '../../client/ask-peers.ts'
import type { PeerCredentials } from '../../client/exchange.ts'
import { budgetMsOf } from '../../client/post-question.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import { realClock } from '../../base/time/real-clock.ts'
import { adviceLine, askExitCode, outcomeLine } from './ask-advice.ts'
import { readPeerCredentials } from './ask-credentials.ts'
import { exitCodes } from '../exit-code.ts'
import { paintFor } from '../colour.ts'
import { questionOf, questionOptions } from '../fence-question.ts'
import { withProgress } from '../progress.ts'
import type { Terminal, Arguments, Subcommand } from '../subcommand.ts'
import { answerLines } from '../print-answer.ts'
import { viaOf } from '../peer-list.ts'
import type { Via } from '../peer-list.ts'

export const askSubcommand: Subcommand = {
  name: 'ask',
  synopsis: ['VM HOST --via PEER[@DOMAIN][,...] [--quorum N] [--explain] [--json] [OPTION...]'],
  operandsMax: 2,
  options: {
    via: {
      type: 'string',
      value: 'PEER[,...]',
      help: 'whom to ask, in this order: 10.0.0.2:7171, https://kvm-2:7171, unix:/PATH',
    },
    quorum: {
      type: 'string',
      value: 'N',
      help: 'how many peers have to call HOST unreachable (1)',
    },
    'token-file': { type: 'string', value: 'FILE', help: 'a file with the bearer token' },
    ca: { type: 'string', value: 'FILE', help: 'authorities for the certificates of peers' },
    cert: { type: 'string', value: 'FILE', help: 'our certificate, with --key' },
    key: { type: 'string', value: 'FILE', help: 'the key of our certificate' },
    ...questionOptions,
    explain: { type: 'boolean', help: 'show the chain of evidence' },
    json: { type: 'boolean', help: 'print what every peer said as JSON' },
  },
  about: `Asks peers to KILL the VM on HOST, as a management plane does, and says what you may do now. The next peer is asked
only where one gave no verdict (no answer, no such path, busy), never after one that refuses.
A host may be silent to one peer alone: --quorum 2 lets silence count only where two peers claim it. Peers
with the same @DOMAIN (a rack, a switch) count as one, and so do two addresses of one agent, which tells them by the
id in its answer; older agents have none, and count by address. One peer's proof of death needs no second.
exit codes: 0 proven dead, start the VM elsewhere; 3 silence, start it at your own risk; after all others
do not start it: 2 refused, 4 turned away, 5 silence, but the quorum is missing, 69 nobody gave a verdict,
64 wrong usage, 66 a file cannot be read, 1 a fault; and any that is not in this list.`,
  run: async (args, terminal) => {
    const misused = (message: string) => {
      terminal.err(`peerfence: ask: ${message}\n`)
      return exitCodes.usage
    }
    const asked = questionOf(args)
    if (asked.kind === 'misused') return misused(asked.message)
    const via = viaOf(args)
    if (typeof via === 'string') return misused(via)
    const credentials = await readPeerCredentials(args)
    if (credentials.kind === 'misused') return misused(credentials.message)
    if (credentials.kind === 'unreadable') {
      terminal.err(`peerfence: ask: ${credentials.file}: cannot be read\n`)
      return exitCodes.noInput
    }
    const advised = await ask(asked.question, via, credentials.credentials, args, terminal)
    tell(advised, args, terminal)
    return askExitCode(advised)
  },
}

const ask = async (
  question: Parameters<typeof askPeers>[0],
  { peers, quorum }: Via,
  credentials: PeerCredentials,
  { isSet }: Arguments,
  terminal: Terminal,
): Promise<Advised> => {
  let asking = String(peers[0]?.name)
  const tellHeard = (heard: PeerOutcome): void => {
    if (!isSet('json'))
      terminal.err(`${terminal.isErrTerminal ? '\r\u001b[K' : ''}${outcomeLine(heard)}\n`)
  }
  const options: AskConfig = {
    quorum,
    credentials,
    isExplained: isSet('explain'),
    onAsk: ({ name }) => (asking = name),
    onOutcome: tellHeard,
  }
  const totalMs = budgetMsOf(question) * peers.length
  return await withProgress(
    totalMs,
    () => `asked ${asking}`,
    { clock: realClock, terminal },
    async () => {
      return await askPeers(question, peers, options)
    },
  )
}

const tell = (advised: Advised, { isSet }: Arguments, terminal: Terminal): void => {
  if (isSet('json')) {
    const { heard, ...rest } = advised
    const peers = heard.map(({ peer: { name, domain }, outcome, voter }) => ({
      peer: name,
      ...(domain === undefined ? {} : { domain }),
      ...(voter === undefined ? {} : { voter }),
      ...outcome,
    }))
    const { kind } = advised
    terminal.out(`${asciiJson({ may: kind, why: 'why' in rest ? rest.why : '', peers })}\n`)
    return
  }
  const paint = paintFor(terminal)
  const last = advised.heard.at(-1)?.outcome
  const lines =
    last !== undefined && 'answer' in last
      ? answerLines(last.kind, last.answer, isSet('explain'), paint)
      : []
  terminal.out(`${[...lines, adviceLine(advised)].join('\n')}\n`)
}
