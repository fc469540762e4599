/** Changes to the text of a known hosts file. What they do not name stays as it is. Pure. */
import {
  entriesOf,
  firstContactMark,
  keyType,
  matchesNames,
  parseKnownHosts,
  parseLine,
} from './known-hosts.ts'
import type { KnownHost } from './known-hosts.ts'

export interface Removal {
  readonly text: string
  /** From how many lines the host was taken. */
  readonly lines: number
  /** Names that stay known by these lines. */
  readonly left: readonly string[]
  /**
   * Lines (from 1) that match the host by a pattern, so that others may match them, too. They stay.
   */
  readonly patterns: readonly number[]
}

/**
 * Takes the host out of every line that knows a key for it, but for those that may stay. A line of
 * several names keeps the others: to drop them would make them unknown, and the next key of an
 * unknown host may be let in. A revocation stays for ever.
 */
export const withoutHost = (
  text: string,
  host: string,
  mayStay: (entry: KnownHost) => boolean,
): Removal => {
  const left: string[] = []
  const patterns: number[] = []
  let lines = 0
  const kept = text.split('\n').flatMap((line, index) => {
    const entry = parseLine(line.trim())
    if (entry === undefined || line.trimStart().startsWith('#')) return [line]
    if (entry.isRevoked || !matchesNames(entry.names, host) || mayStay(entry)) return [line]
    const others = entry.names.startsWith('|')
      ? []
      : entry.names.split(',').filter((name) => name.toLowerCase() !== host)
    if (matchesNames(others.join(','), host)) {
      patterns.push(index + 1)
      return [line]
    }
    lines += 1
    if (others.every((name) => name.startsWith('!'))) return []
    left.push(...others)
    return [line.replace(entry.names, () => others.join(','))]
  })
  return { text: kept.join('\n'), lines, left, patterns }
}

/** Adds lines behind the last one, which may lack its end. */
export const withLines = (text: string, lines: readonly string[]): string => {
  if (lines.length === 0) return text
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${start}${lines.join('\n')}\n`
}

export type Pin =
  | { readonly kind: 'text'; readonly text: string }
  /** Lines (from 1) that cannot be changed for this host alone. */
  | { readonly kind: 'patterns'; readonly lines: readonly number[] }

/**
 * Pins keys for a host under all its names, one line per key. With `shown` (everything that the
 * host offers) whatever else is known of it goes; without, nothing goes.
 */
export const withKeys = (
  text: string,
  hosts: readonly string[],
  keys: readonly Buffer[],
  shown: readonly Buffer[] | undefined,
): Pin => {
  const isPinned = ({ key }: KnownHost): boolean => keys.some((one) => one.equals(key))
  // A line of a first contact gives way to one that says who made the key known: no mark.
  const mayStay = (entry: KnownHost): boolean =>
    entry.comment === firstContactMark && isPinned(entry)
      ? false
      : (shown?.some((one) => one.equals(entry.key)) ?? true)
  let cleaned = text
  const patterns: number[] = []
  for (const host of hosts) {
    const removal = withoutHost(cleaned, host, mayStay)
    cleaned = removal.text
    patterns.push(...removal.patterns)
  }
  if (patterns.length > 0) return { kind: 'patterns', lines: patterns }
  const known = parseKnownHosts(cleaned)
  const lines = keys.flatMap((key) => {
    const names = hosts.filter((host) => !entriesOf(known, host).some((one) => one.key.equals(key)))
    const line = `${names.join(',')} ${keyType(key) ?? ''} ${key.toString('base64')}`
    return names.length === 0 ? [] : [line]
  })
  return { kind: 'text', text: withLines(cleaned, lines) }
}
