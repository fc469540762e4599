/**
 * What of our own may keep packets from or to a suspect. Silence that we make ourselves is none,
 * and a witness need not notice. What is found only ever adds a doubt; what cannot be read is none,
 * for no site has all of these tools.
 */
import type { AddressSilence } from '../domain/silence-evidence.ts'
import type { ProbeAddress } from './address.ts'
import { isSameAddress } from './address.ts'
import { toolTimeoutMs } from './limits.ts'
import type { ProbeRun } from './probe-run.ts'
import type { Tool } from './run-tool.ts'

export type OwnFilter = AddressSilence['ownFilter']

const listings: readonly (readonly [Tool, ...string[]])[] = [
  ['nft', 'list', 'ruleset'],
  ['iptables-save'],
  ['ip6tables-save'],
  ['ipset', 'save'],
]

const conntrack = ['count', 'max'].map((what) => `net.netfilter.nf_conntrack_${what}`)

/** Gives what keeps packets from one address. */
export const askOwnFilters = async (
  probe: ProbeRun,
): Promise<(address: ProbeAddress) => OwnFilter> => {
  const read = async ([tool, ...args]: readonly [Tool, ...string[]]): Promise<string> => {
    const end = await probe.run(tool, args, toolTimeoutMs, probe.signal)
    return end.kind === 'exited' && end.code === 0 ? end.stdout : ''
  }
  const [counts = '', ...rules] = await Promise.all(
    [['sysctl', '-n', ...conntrack] as const, ...listings].map(read),
  )
  if (isFull(counts)) return () => 'table-full'
  const text = rules.join('\n')
  return ({ plain }) => (namesAddress(text, plain) ? 'names-it' : undefined)
}

/** A table that is nearly full drops what is new, and is nearly full again a moment later. */
export const isFull = (counts: string): boolean => {
  const [count = Number.NaN, max = Number.NaN] = counts.trim().split(/\s+/).map(Number)
  return max > 0 && count >= max * 0.95
}

/**
 * Whether a rule or a set holds exactly this address. A rule that only accepts keeps nothing from
 * it.
 */
export const namesAddress = (rules: string, address: string): boolean =>
  rules
    .split('\n')
    .filter((line) => !/(?:^|\s)accept\s*(?:comment .*)?$|\s-j ACCEPT\b/.test(line))
    .flatMap((line) => line.split(/[^0-9a-fA-F.:/]+/))
    .some((word) => isSameAddress(word.replace(/\/(?:32|128)$/, ''), address))
