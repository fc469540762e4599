/** How `ask` is known to its peers: from files, never from the command line. */
import { readFile } from 'node:fs/promises'
import type { PeerCredentials } from '../../client/exchange.ts'
import type { Arguments } from '../subcommand.ts'

export type ReadCredentials =
  | { readonly kind: 'read'; readonly credentials: PeerCredentials }
  | { readonly kind: 'unreadable'; readonly file: string }
  | { readonly kind: 'misused'; readonly message: string }

const properties = { 'token-file': 'token', ca: 'ca', cert: 'certificate', key: 'key' } as const

export const readPeerCredentials = async ({ text, isSet }: Arguments): Promise<ReadCredentials> => {
  if (isSet('cert') !== isSet('key')) {
    return { kind: 'misused', message: '--cert and --key belong together' }
  }
  const credentials: Record<string, string> = {}
  for (const [option, property] of Object.entries(properties)) {
    const file = text(option)
    if (file === undefined) continue
    const content = await readFile(file, 'utf8').catch(() => undefined)
    if (content === undefined) return { kind: 'unreadable', file }
    credentials[property] = property === 'token' ? content.trim() : content
  }
  const { token } = credentials
  if (token !== undefined && !/^[!-~]{1,512}$/.test(token)) {
    return { kind: 'misused', message: '--token-file has to hold one token and nothing else' }
  }
  return { kind: 'read', credentials }
}
