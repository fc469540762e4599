/** `trust --list` and `trust --remove`: the known hosts file, looked at and shortened. */
import { asciiJson } from '../../base/text/ascii-json.ts'
import { withoutHost } from '../../suspect/host-key/known-hosts-edit.ts'
import type { KnownHostsFile } from '../../suspect/host-key/known-hosts-file.ts'
import {
  entriesOf,
  fingerprint,
  hostPattern,
  keyType,
  firstContactMark,
} from '../../suspect/host-key/known-hosts.ts'
import type { KnownHost } from '../../suspect/host-key/known-hosts.ts'
import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import type { HostPort } from '../../base/net/host-port.ts'
import type { Terminal } from '../subcommand.ts'

/** Of one host, or of all. */
export const listKnown = async (
  target: HostPort | undefined,
  isJson: boolean,
  store: KnownHostsFile,
  { out, err }: Terminal,
): Promise<ExitCode> => {
  const read = await store.read()
  if (read.kind === 'unreadable') {
    err('peerfence: the known hosts file cannot be read\n')
    return exitCodes.notDone
  }
  const { known } = read
  const entries =
    target === undefined ? known.entries : entriesOf(known, hostPattern(target.host, target.port))
  const rows = entries.map(rowOf)
  if (isJson) out(`${asciiJson(rows)}\n`)
  else for (const row of rows) out(`${Object.values(row).join(' ')}\n`)
  if (known.malformed > 0) err(`peerfence: ${known.malformed} lines of the file are no entries\n`)
  return target !== undefined && rows.length === 0 ? exitCodes.notDone : exitCodes.done
}

/** What is printed comes from a file that people edit: nothing of it may move the cursor. */
const plain = (text: string): string => text.replaceAll(/[^\x21-\x7e]/g, '?')

const rowOf = ({ names, type, key, isRevoked, comment }: KnownHost) => ({
  names: plain(names),
  type: plain(type),
  // A garbled key is known all the same: its host is refused until the line is corrected.
  fingerprint: keyType(key) === type ? fingerprint(key) : 'garbled',
  state: isRevoked ? 'revoked' : comment === firstContactMark ? 'first-contact' : 'known',
})

export const removeKnown = async (
  { host, port }: HostPort,
  store: KnownHostsFile,
  { out, err }: Terminal,
): Promise<ExitCode> => {
  const name = hostPattern(host, port)
  const found = { lines: 0, told: '' }
  const kept = await store.rewrite((text) => {
    const { text: shorter, lines, left, patterns } = withoutHost(text, name, () => false)
    if (patterns.length > 0) {
      found.told = `line ${patterns.join(', ')} of the file matches ${name} by a pattern; change it by hand`
      return { kind: 'refuse' }
    }
    found.lines = lines
    found.told = left.length > 0 ? `; still known: ${plain(left.join(','))}` : ''
    return lines === 0 ? { kind: 'nothing' } : { kind: 'text', text: shorter }
  })
  switch (kept) {
    case 'kept':
      out(`${name} removed from ${found.lines} lines${found.told}\n`)
      return found.lines === 0 ? exitCodes.notDone : exitCodes.done
    case 'refused':
      err(`peerfence: nothing was removed: ${found.told}\n`)
      return exitCodes.notDone
    case 'failed':
      err('peerfence: the known hosts file could not be written\n')
      return exitCodes.notDone
  }
}
