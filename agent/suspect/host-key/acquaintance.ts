/**
 * Whether this peer has had to do with a host before: by the keys that are pinned under its names.
 */
import type { Acquaintance } from '../../fence/ports.ts'
import { entriesOf, hostPattern } from './known-hosts.ts'
import type { KnownHostsFile } from './known-hosts-file.ts'

export const createAcquaintance = (file: Pick<KnownHostsFile, 'read'>): Acquaintance => ({
  contactBefore: async (names, port) => {
    const read = await file.read()
    if (read.kind === 'unreadable') return { by: 'not-known' }
    const entries = names.flatMap((name) => entriesOf(read.known, hostPattern(name, port)))
    // A line does not say when it was written.
    return entries.some(({ isRevoked }) => !isRevoked)
      ? { by: 'pinned-key', at: '' }
      : { by: 'never' }
  },
})
