/** What was given, checked as a whole before anything is asked. */
import type { PeerCredentials } from '../../client/exchange.ts'
import { readPeerCredentials } from '../ask/ask-credentials.ts'
import type { Arguments } from '../subcommand.ts'
import { viaOf } from '../peer-list.ts'
import type { Via } from '../peer-list.ts'
import { questionOf } from '../fence-question.ts'
import { answerGraceMs, budgetSecDefault, connectMsMax } from '../../client/post-question.ts'
import type { FenceQuestion } from '../../client/post-question.ts'
import { parseVmMap } from './vm-map.ts'
import type { NamedVm } from './vm-map.ts'

export interface FenceAgentConfig extends Via {
  readonly credentials: PeerCredentials
  readonly vms: readonly NamedVm[] | undefined
  readonly isUnreachableOff: boolean
  readonly isExplained: boolean
  /**
   * The same VM on each host where it may run. Rejected where the VM does not exist: it was
   * resolved before.
   */
  readonly questions: (vmUuid: string) => readonly FenceQuestion[]
  /** How long `off` takes at most, in seconds. */
  readonly offSecMax: number
}

const hostsMax = 16
/** Beyond the budget of each peer: to connect, and to wait for an answer that is late. */
const peerGraceSec = (connectMsMax + answerGraceMs) / 1000

/** A text says what is wrong. */
export const configSourceOf = async (
  args: Arguments,
  socket: string,
): Promise<FenceAgentConfig | string> => {
  const via = viaOf({ text: (option) => args.text(option) ?? defaults(socket)[option] })
  if (typeof via === 'string') return via.replace(/^--/, '')
  const credentials = await readPeerCredentials(args)
  if (credentials.kind === 'misused') return credentials.message.replaceAll('--', '')
  if (credentials.kind === 'unreadable') return `${credentials.file} cannot be read`
  const vmMap = args.text('vm-map')
  const vms = vmMap === undefined ? undefined : parseVmMap(vmMap)
  if (typeof vms === 'string') return vms
  const hosts = args.text('ip')?.split(',') ?? []
  if (hosts.length === 0) return 'ip is missing: the hosts on which the VM may run'
  if (hosts.length > hostsMax) return `ip takes at most ${hostsMax} hosts`
  // Of any VM, so that what is wrong with a host is told before one is meant.
  for (const host of hosts) {
    const asked = questionOf(onHost(args, anyVm, host))
    if (asked.kind === 'misused') return asked.message.replace(/^\S+/, spelled)
  }
  const addresses = hosts.flatMap((host) => host.toLowerCase().split('+'))
  if (new Set(addresses).size < addresses.length) return 'ip names one address twice'
  const timeoutSec = Number(args.text('timeout') ?? budgetSecDefault)
  return {
    ...via,
    credentials: credentials.credentials,
    vms,
    isUnreachableOff: args.isSet('unreachable-is-off'),
    isExplained: args.isSet('verbose'),
    questions: (vmUuid) =>
      hosts.flatMap((host) => {
        const asked = questionOf(onHost(args, vmUuid, host))
        if (asked.kind === 'misused') throw new TypeError(asked.message)
        return [asked.question]
      }),
    offSecMax: (timeoutSec + peerGraceSec) * via.peers.length,
  }
}

const anyVm = '00000000000040008000000000000000'

const defaults = (socket: string): Readonly<Record<string, string>> => ({ via: `unix:${socket}` })

/** One host as `fence` would be given it. */
const onHost = (
  { text }: Arguments,
  vmUuid: string,
  host: string,
): Pick<Arguments, 'operands' | 'text'> => {
  const [address = '', ...also] = host.split('+')
  const values: Readonly<Record<string, string | undefined>> = {
    user: text('username'),
    port: text('ipport'),
    timeout: text('timeout'),
    also: also.length === 0 ? undefined : also.join(','),
  }
  return { operands: [vmUuid, address], text: (option) => values[option] }
}

const spelling: Readonly<Record<string, string>> = {
  HOST: 'each host of ip',
  '--also': 'each address of ip',
  '--user': 'username',
  '--port': 'ipport',
  '--timeout': 'timeout',
}

const spelled = (word: string): string => String(spelling[word])
