/** What one run of iputils `ping -n` says, read by its positive marks only. */
import type { EchoSeen } from '../domain/silence-evidence.ts'
import { isSameAddress } from './address.ts'

export interface PingQuestion {
  readonly address: string
  /** The address of ours that the packets leave from; empty where it is not known. */
  readonly source: string
  /** How many requests were asked for: fewer in the statistics means that the run was cut short. */
  readonly count: number
}

export interface PingText {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

type LineSeen = 'frame' | 'reply' | 'foreign-reply' | 'own-error' | 'icmp-error' | 'unknown'

const header =
  /^PING \S+ ?\(\S+\)(?: from \S+ \S+:)? \d+(?:\(\d+\))? (?:data bytes|bytes of data\.)$/
const reply = /^\d+ bytes from (\S+): icmp_seq=\d+ /
const error = /^From (\S+?):? icmp_seq=\d+ (.+)$/
const statistics = /^--- \S+ ping statistics ---$/
const trailer = /^(?:rtt min\/avg\/max\/mdev = .+|pipe \d+)$/
const summary =
  /^(\d+) packets transmitted, (\d+) received,(?: \+\d+ duplicates,)?(?: \+(\d+) errors,)? (\d+(?:\.\d+)?)% packet loss(?:, time \d+ms)?$/
/** How the kernel's own word about an address that does not resolve is printed, IPv4 and IPv6. */
const ownErrors = ['Destination Host Unreachable', 'Destination unreachable: Address unreachable']

/**
 * The signs of life come first and need one line each. `silent` and `no-neighbour` belong to a
 * proof and need the whole text: every line understood, nothing on standard error, exit code 1, and
 * a complete statistics line that counts every request as sent and none as answered. All else is
 * `own-trouble`. Lines as iputils s20190709 and newer print them; another ping's text is
 * `own-trouble`.
 */
export const readPing = (question: PingQuestion, text: PingText): EchoSeen => {
  const lines = text.stdout.split('\n').filter((line) => line.trim() !== '')
  const seen = lines.map((line) => lineSeen(question, line))
  if (seen.includes('reply')) return 'replied'
  // Somebody else answers for the address, or a router or a firewall speaks: not silence.
  if (seen.includes('icmp-error') || seen.includes('foreign-reply')) return 'icmp-error'
  const isComplete = text.code === 1 && text.stderr === '' && !seen.includes('unknown')
  const errors = seen.filter((line) => line === 'own-error').length
  if (!isComplete || !countsNothing(lines, question.count, errors)) return 'own-trouble'
  return errors > 0 ? 'no-neighbour' : 'silent'
}

const lineSeen = ({ address, source }: PingQuestion, line: string): LineSeen => {
  const [, from] = reply.exec(line) ?? []
  if (from !== undefined) return isSameAddress(from, address) ? 'reply' : 'foreign-reply'
  const [, sender, what] = error.exec(line) ?? []
  if (sender !== undefined && what !== undefined) {
    return isSameAddress(sender, source) && ownErrors.includes(what) ? 'own-error' : 'icmp-error'
  }
  const isFrame = [header, statistics, summary, trailer].some((known) => known.test(line))
  return isFrame ? 'frame' : 'unknown'
}

const countsNothing = (lines: readonly string[], count: number, errors: number): boolean => {
  const found = lines.map((line) => summary.exec(line)).filter((match) => match !== null)
  const [only] = found
  if (found.length !== 1 || only === undefined) return false
  if (
    lines.findIndex((line) => header.test(line)) !== 0 ||
    !lines.some((line) => statistics.test(line))
  )
    return false
  const [, sent, received, counted = '0', loss] = only
  return (
    Number(sent) === count &&
    Number(received) === 0 &&
    Number(counted) === errors &&
    Number(loss) === 100
  )
}
