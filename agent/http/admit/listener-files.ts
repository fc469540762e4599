/** What a listener's door is made of, read from the files that its rule names. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readNamed, readNamedSecret } from '../../base/file/named-file.ts'
import { ownOwner } from '../../base/file/secret-file.ts'
import type { ListenerRule, TlsRule } from './listener-rule.ts'
import { parseTokens } from './tokens.ts'
import type { Token } from './tokens.ts'

export interface TlsMaterial {
  readonly cert: string
  readonly key: string
  readonly ca?: string
}

export interface ListenerFiles {
  readonly tls?: TlsMaterial
  readonly tokens?: readonly Token[]
}

/** Rejects with the property and the file and the rule that is broken; never with their content. */
export const readListenerFiles = async ({
  tls,
  tokensFile,
}: ListenerRule): Promise<ListenerFiles> => ({
  ...(tls === undefined ? {} : { tls: await readTls(tls) }),
  ...(tokensFile === undefined ? {} : { tokens: await readTokens(tokensFile) }),
})

/** Who may write the tokens lets himself in; who may read the key poses as this host. */
const readGuarded = async (property: string, file: string): Promise<string> =>
  await readNamedSecret(property, file, ownOwner())

const readTokens = async (file: string): Promise<readonly Token[]> => {
  const parsed = parseTokens(await readGuarded('tokensFile', file))
  if (parsed.kind === 'parsed') return parsed.tokens
  throw new Error(`tokensFile: ${file}: line ${parsed.line} ${parsed.rule}`)
}

const readTls = async (rule: TlsRule): Promise<TlsMaterial> => {
  const { certificateFile, keyFile, clientCaFile } = rule
  const cert = await readNamed('tls.certificateFile', certificateFile)
  const key = await readGuarded('tls.keyFile', keyFile)
  const certificate = parsed('tls.certificateFile', certificateFile, 'certificate', () => {
    return new X509Certificate(cert)
  })
  const privateKey = parsed('tls.keyFile', keyFile, 'private key without passphrase', () => {
    return createPrivateKey(key)
  })
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`tls.keyFile: ${keyFile} is not the key of ${certificateFile}`)
  }
  if (clientCaFile === undefined) return { cert, key }
  const ca = await readNamed('tls.clientCaFile', clientCaFile)
  parsed('tls.clientCaFile', clientCaFile, 'certificate', () => new X509Certificate(ca))
  return { cert, key, ca }
}

/** What a parser says may quote what it was given. */
const parsed = <T>(property: string, file: string, what: string, parse: () => T): T => {
  try {
    return parse()
  } catch {
    throw new Error(`${property}: ${file} has to hold a ${what} in PEM`)
  }
}
