/**
 * The lines of another known_hosts file, judged before they are taken over. Pure. All or nothing: a
 * line that is left out would show only when its host has to be fenced.
 */
import ssh2 from 'ssh2'
import { algorithmsByType } from './host-key.ts'
import { withLines, withoutHost } from './known-hosts-edit.ts'
import { firstContactMark, matchesNames, parseKnownHosts, parseLine } from './known-hosts.ts'
import type { KnownHost, KnownHosts } from './known-hosts.ts'

/** What becomes of one line; `line` counts from 1. */
export interface ImportedLine {
  readonly line: number
  readonly word:
    | 'added'
    | 'replaced'
    | 'already-known'
    | 'authority-skipped'
    | 'type-skipped'
    | 'revoked-skipped'
    | 'malformed'
    | 'conflict'
    | 'contradiction'
}

export interface ImportPlan {
  readonly lines: readonly ImportedLine[]
  /** What the known hosts file is to hold then. Undefined where a line has a fault. */
  readonly text: string | undefined
}

const faults: readonly ImportedLine['word'][] = ['malformed', 'conflict', 'contradiction']
export const isFault = ({ word }: ImportedLine): boolean => faults.includes(word)

export const planImport = (text: string, store: string, mayReplace: boolean): ImportPlan => {
  const given = text.split('\n').flatMap((raw, index) => {
    const trimmed = raw.trim()
    return trimmed === '' || trimmed.startsWith('#') ? [] : [{ line: index + 1, raw: trimmed }]
  })
  const before = parseKnownHosts(store)
  // Revocations first: they hold for every line, wherever they stand.
  const revoked = [before, parseKnownHosts(text)]
    .flatMap((known) => known.entries)
    .filter((one) => one.isRevoked)
  const taken: KnownHost[] = []
  let next = store
  let { entries } = before
  const lines = given.map(({ line, raw }): ImportedLine => {
    const entry = readLine(raw)
    if (typeof entry === 'string') return { line, word: entry }
    if (entries.some((one) => one.comment !== firstContactMark && isAlready(one, entry)))
      return { line, word: 'already-known' }
    if (!entry.isRevoked) {
      if (revoked.some((one) => one.key.equals(entry.key) && mayMean(one, entry))) {
        return { line, word: 'revoked-skipped' }
      }
      if (taken.some((one) => isAgainst(one, entry))) return { line, word: 'contradiction' }
      taken.push(entry)
    }
    const against = entry.isRevoked ? [] : entries.filter((one) => isAgainst(one, entry))
    const cleaned = against.length === 0 ? next : mayReplace ? without(next, entry) : undefined
    if (cleaned === undefined) return { line, word: 'conflict' }
    next = withLines(cleaned, [lineOf(entry)])
    entries = against.length === 0 ? [...entries, entry] : parseKnownHosts(next).entries
    return { line, word: against.length === 0 ? 'added' : 'replaced' }
  })
  return { lines, text: lines.some(isFault) ? undefined : next }
}

const readLine = (raw: string): KnownHost | ImportedLine['word'] => {
  if (/^@cert-authority\s/.test(raw)) return 'authority-skipped'
  const entry = parseLine(raw)
  if (entry === undefined || !/^[\x21-\x7e]+$/.test(entry.names)) return 'malformed'
  const fields = raw.split(/\s+/)
  const base64 = fields[entry.isRevoked ? 3 : 2] ?? ''
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || !/^[a-z0-9@.-]+$/.test(entry.type))
    return 'malformed'
  if (!Object.hasOwn(algorithmsByType, entry.type)) return 'type-skipped'
  const parsed = ssh2.utils.parseKey(`${entry.type} ${base64}`)
  if (parsed instanceof Error || !parsed.getPublicSSH().equals(entry.key)) return 'malformed'
  return entry
}

const lineOf = ({ isRevoked, names, type, key }: KnownHost): string =>
  `${isRevoked ? '@revoked ' : ''}${names} ${type} ${key.toString('base64')}`

const literals = ({ names }: KnownHost): readonly string[] =>
  names.startsWith('|') ? [] : names.toLowerCase().split(',')

/** Whether two lines can be about one host. Two names hashed with two salts cannot be compared. */
const mayMean = (one: KnownHost, other: KnownHost): boolean =>
  one.names === other.names ||
  literals(other).some((name) => matchesNames(one.names, name)) ||
  literals(one).some((name) => matchesNames(other.names, name))

const isAgainst = (one: KnownHost, entry: KnownHost): boolean =>
  !one.isRevoked && one.type === entry.type && !one.key.equals(entry.key) && mayMean(one, entry)

const isAlready = (one: KnownHost, entry: KnownHost): boolean =>
  one.isRevoked === entry.isRevoked &&
  one.key.equals(entry.key) &&
  (one.names === entry.names ||
    (literals(entry).length > 0 &&
      literals(entry).every((name) => !/[!*?]/.test(name) && matchesNames(one.names, name))))

/**
 * The text without other keys of this type for the names of the entry; undefined where it cannot
 * be.
 */
const without = (text: string, entry: KnownHost): string | undefined => {
  let cleaned = text
  const known: KnownHosts = parseKnownHosts(text)
  const names = new Set([
    ...literals(entry),
    ...known.entries.flatMap(literals).filter((name) => matchesNames(entry.names, name)),
  ])
  for (const name of names) {
    const mayStay = (one: KnownHost): boolean => !isAgainst(one, entry)
    const removal = withoutHost(cleaned, name, mayStay)
    if (removal.patterns.length > 0) return undefined
    cleaned = removal.text
  }
  const left = parseKnownHosts(cleaned)
  return left.entries.some((one) => isAgainst(one, entry)) ? undefined : cleaned
}
