/** What `trust` does to the known hosts, once it is known what is wanted. */
import { realClock } from '../../base/time/real-clock.ts'
import { createKnownHostsFile } from '../../suspect/host-key/known-hosts-file.ts'
import type { KnownHosts } from '../../suspect/host-key/known-hosts.ts'
import { systemLookup } from '../../suspect/reach/resolve.ts'
import type { ExitCode } from '../exit-code.ts'
import { trustHost } from './trust-host.ts'
import { importKnown } from './trust-import.ts'
import { listKnown, removeKnown } from './trust-list.ts'
import { readOffers } from './offered-by.ts'
import type { Trust } from './trust-options.ts'
import type { Terminal } from '../subcommand.ts'

const nothingKnown: KnownHosts = { entries: [], malformed: 0 }
const system = { clock: realClock, lookup: systemLookup }

/** `text`: what is to be imported. */
export const performTrust = async (
  trust: Exclude<Trust, { kind: 'misused' }>,
  text: string,
  knownHostsFile: string,
  terminal: Terminal,
): Promise<ExitCode> => {
  const store = createKnownHostsFile(knownHostsFile)
  switch (trust.kind) {
    case 'list':
      return await listKnown(trust.target, trust.isJson, store, terminal)
    case 'remove':
      return await removeKnown(trust.target, store, terminal)
    case 'import':
      return await importKnown(text, trust, store, terminal)
    case 'host': {
      const read = await store.read()
      // What cannot be read is told once the host has been looked at.
      const known = read.kind === 'unreadable' ? nothingKnown : read.known
      const { fingerprint } = trust.wish
      const offered = await readOffers(trust.target, fingerprint, { ...system, known })
      return await trustHost(trust, offered, store, terminal)
    }
  }
}
