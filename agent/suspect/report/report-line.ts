/** The grammar of one report line: `PF1 NONCE COUNT KIND key=value...`, every key in its place. */
import { fileSystems } from './file-systems.ts'

const natural = /^(0|[1-9][0-9]{0,14})$/
const word = /^[A-Za-z0-9._/:+-]{1,80}$/
/** What a host calls itself, joined by `+`. */
const names = /^(-|[a-z0-9]{1,64}(\+[a-z0-9]{1,64}){0,7})$/
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const someOf = (words: readonly string[]): RegExp => {
  const any = `(${words.join('|')})`
  return new RegExp(`^(-|${any}(\\+${any})*)$`)
}
const one = (words: readonly string[]): RegExp => new RegExp(`^(${words.join('|')})$`)

/**
 * The closed sets of words, as the program says them; the types of `domain/evidence.ts` are the
 * same.
 */
export const words = {
  action: ['fence', 'look', 'drill', 'unfence'],
  hostIs: [
    'as-named',
    'as-bound',
    'by-key',
    'unconfirmed',
    'not-shown',
    'contradicted',
    'own-host',
  ],
  processes: ['all', 'hidden'],
  pidNamespace: ['initial', 'nested-accepted', 'foreign'],
  privilege: ['root', 'user'],
  foundBy: ['argv-uuid', 'argv-name', 'task-argv', 'pid-file', 'cgroup', 'libvirt-start'],
  seen: ['before-kill', 'after-kill'],
  kill: ['sent', 'already-gone', 'denied', 'not-sent'],
  end: ['gone', 'zombie', 'living'],
  hold: ['kept', 'cut'],
  why: ['unattributable', 'ambiguous', 'unreadable'],
  supervisor: [
    'none-seen',
    'no',
    'pod',
    'outlasted',
    'too-slow',
    'parent',
    'not-known',
    'not-looked',
  ],
  uring: ['none', 'seen', 'not-known', 'not-looked'],
  drained: ['not-needed', 'yes', 'moving', 'no', 'ending', 'not-visible', 'not-looked'],
  devices: ['not-needed', 'own', 'all', 'not-looked'],
  sockets: ['none', 'sent', 'waiting', 'not-known', 'not-looked'],
  helpers: ['none', 'settled', 'pending', 'not-known', 'not-looked'],
  helpersPolicy: ['refuse', 'report'],
  storage: ['none', 'local', 'network-fs', 'user-space', 'not-known', 'hidden', 'not-looked'],
  fileSystem: fileSystems,
  pageCache: ['none', 'may-hold-dirty', 'flushed', 'not-flushed', 'not-known', 'not-looked'],
  pageCachePolicy: ['report', 'flush', 'refuse'],
  virsh: [
    'running',
    'destroyed',
    'not-running',
    'no-such-vm',
    'no-daemon',
    'no-answer',
    'missing',
    'failed',
    'left-out',
  ],
  quarantine: [
    'not-set',
    'no-hook',
    'hook-not-active',
    'not-writable',
    'set',
    'proven',
    'taken-back',
    'lifted',
  ],
  quarantinePolicy: ['optional', 'required'],
  pgrep: ['agreed', 'found-more', 'missing', 'failed', 'late', 'left-out'],
} as const

/** Which keys a kind has, in order, and what each value may be. */
const grammar = {
  begin: { version: /^4$/, action: one(words.action), vms: natural },
  fail: { why: word },
  'too-old': { bash: word, needs: word },
  host: { machine: word, boot: word, uuids: names, is: one(words.hostIs) },
  view: {
    processes: one(words.processes),
    pidns: one(words.pidNamespace),
    privilege: one(words.privilege),
  },
  vm: { uuid },
  qemu: {
    pid: natural,
    start: natural,
    by: one(words.foundBy),
    seen: one(words.seen),
    kill: one(words.kill),
    end: one(words.end),
    after_ms: natural,
    tasks: natural,
  },
  task: { tid: natural, state: /^[A-Za-z?]$/, wchan: word, comm: word },
  doubtful: { why: one(words.why), pid: natural, comm: word },
  scan: {
    processes: natural,
    living: natural,
    newcomers: natural,
    unattributable: natural,
    ambiguous: natural,
    unreadable: natural,
    hold: one(words.hold),
  },
  supervisor: { is: one(words.supervisor), restart_ms: natural },
  // One line of each observer.
  helpers: { state: one(words.helpers), policy: one(words.helpersPolicy) },
  uring: {
    state: one(words.uring),
    drained: one(words.drained),
    devices: one(words.devices),
  },
  storage: { kind: one(words.storage), types: someOf(words.fileSystem) },
  sockets: { state: one(words.sockets) },
  'page-cache': { state: one(words.pageCache), policy: one(words.pageCachePolicy) },
  virsh: { state: one(words.virsh) },
  quarantine: { state: one(words.quarantine), policy: one(words.quarantinePolicy) },
  pgrep: { state: one(words.pgrep) },
  'vm-end': { uuid, lines: natural },
  tools: {
    epoch: natural,
    bash: word,
    kernel: word,
    pgrep: word,
    sessions: word,
    startups: word,
  },
  end: { lines: natural },
} as const satisfies Record<string, Record<string, RegExp>>

export type LineKind = keyof typeof grammar

/** A line that matched the grammar: its values can be taken by key. */
export interface ReportLine {
  readonly kind: LineKind
  readonly text: (key: string) => string
  readonly count: (key: string) => number
  /** The value as one of the words that the grammar allows for the key. */
  readonly word: <T extends string>(key: string, allowed: readonly T[]) => T
}

const isKind = (text: string): text is LineKind => Object.hasOwn(grammar, text)

/** Undefined unless the line is whole: right count, known kind, exactly its keys in their order. */
export const parseLine = (parts: readonly string[], count: number): ReportLine | undefined => {
  const [given, kind = '', ...pairs] = parts
  if (given !== String(count) || !isKind(kind)) return undefined
  const keys = Object.entries<RegExp>(grammar[kind])
  if (pairs.length > keys.length) return undefined
  const values = new Map<string, string>()
  for (const [index, [key, pattern]] of keys.entries()) {
    const pair = pairs[index]
    if (pair?.startsWith(`${key}=`) !== true) return undefined
    const value = pair.slice(key.length + 1)
    if (!pattern.test(value)) return undefined
    values.set(key, value)
  }
  const text = (key: string): string => values.get(key) ?? slip(kind, key)
  return {
    kind,
    text,
    count: (key) => Number(text(key)),
    word: (key, allowed) => allowed.find((candidate) => candidate === text(key)) ?? slip(kind, key),
  }
}

// Asking a line for what its grammar does not have is a slip in this program, not something that a
// suspect can bring about.
const slip = (kind: LineKind, key: string): never => {
  throw new Error(`a report line ${kind} has no such ${key}`)
}
