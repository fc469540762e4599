/**
 * The contacts in which a host was confirmed, remembered beside the known hosts: a file in the same
 * form, whose comments are what the host called itself then. A host key that stands there for a
 * name is confirmed for it.
 */
import { withLines } from './host-key/known-hosts-edit.ts'
import { createKnownHostsFile } from './host-key/known-hosts-file.ts'
import type { Kept, KnownHostsFile } from './host-key/known-hosts-file.ts'
import { entriesOf, keyType, parseKnownHosts } from './host-key/known-hosts.ts'
import type { KnownHost, KnownHosts } from './host-key/known-hosts.ts'

export interface ConfirmedHosts {
  /**
   * What the host with this key called itself under any of these names; undefined where it was
   * never confirmed.
   */
  readonly of: (hosts: readonly string[], key: Buffer) => Promise<readonly string[] | undefined>
  /** Resolves when that is on disk, or cannot be. */
  readonly remember: (
    hosts: readonly string[],
    key: Buffer,
    uuids: readonly string[],
  ) => Promise<Kept>
}

/**
 * Beyond this the oldest names of a host are forgotten: whoever needs them has to show them again.
 */
export const uuidsKeptMax = 16

export const confirmedHostsFile = (knownHostsFile: string): string => `${knownHostsFile}.confirmed`

/** One per file and process. */
export const createConfirmedHosts = (
  knownHostsFile: string,
  store: KnownHostsFile = createKnownHostsFile(confirmedHostsFile(knownHostsFile)),
): ConfirmedHosts => ({
  of: async (hosts, key) => {
    const read = await store.read()
    // What cannot be read confirms nobody.
    if (read.kind === 'unreadable') return undefined
    const found = hosts.flatMap((host) => entriesFor(read.known, host, key))
    return found.length === 0 ? undefined : [...new Set(found.flatMap(uuidsOf))]
  },
  remember: async (hosts, key, uuids) =>
    await store.rewrite((text) => {
      const lines = text.split('\n').filter((line) => line !== '')
      const known = parseKnownHosts(text)
      const changed = hosts.flatMap((host) => {
        const before = entriesFor(known, host, key)
        const old = [...new Set(before.flatMap(uuidsOf))]
        const isKnown = before.length === 1 && uuids.every((uuid) => old.includes(uuid))
        return isKnown ? [] : [{ host, uuids: [...new Set([...uuids, ...old])] }]
      })
      if (changed.length === 0) return { kind: 'nothing' }
      const gone = changed.map(({ host }) => lineStart(host, key))
      const left = lines.filter((line) => !gone.some((start) => line.startsWith(start)))
      const added = changed.map(
        (one) => `${lineStart(one.host, key)}${one.uuids.slice(0, uuidsKeptMax).join(',')}`,
      )
      return { kind: 'text', text: withLines(withLines('', left), added) }
    }),
})

const lineStart = (host: string, key: Buffer): string =>
  `${host} ${keyType(key) ?? ''} ${key.toString('base64')} `

const entriesFor = (known: KnownHosts, host: string, key: Buffer): readonly KnownHost[] =>
  entriesOf(known, host).filter((entry) => !entry.isRevoked && entry.key.equals(key))

const uuidsOf = ({ comment }: KnownHost): readonly string[] =>
  comment.split(',').filter((uuid) => uuid !== '')
