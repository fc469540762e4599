/** Bearer tokens, of which only hashes are kept: a file that leaks opens no door. */
import { createHash, timingSafeEqual } from 'node:crypto'

export interface Token {
  /** Who bears it, for log and journal. */
  readonly name: string
  readonly sha256: Buffer
}

export type ParsedTokens =
  | { readonly kind: 'parsed'; readonly tokens: readonly Token[] }
  | { readonly kind: 'faulty'; readonly line: number; readonly rule: string }

export const tokensMax = 256
const lineForm = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})[ \t]+([0-9a-f]{64})$/

/**
 * One token a line: a name, a space, the SHA-256 of the token in hex. Empty lines and lines that
 * begin with `#` are passed over. Several lines may bear one name, so that a token can be replaced
 * without a gap.
 */
export const parseTokens = (text: string): ParsedTokens => {
  const tokens: Token[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const [, name, hash] = lineForm.exec(trimmed) ?? []
    if (name === undefined || hash === undefined) {
      const rule = 'has to be a name, a space and 64 hexadecimal digits in lower case'
      return { kind: 'faulty', line: index + 1, rule }
    }
    tokens.push({ name, sha256: Buffer.from(hash, 'hex') })
  }
  if (tokens.length === 0) return { kind: 'faulty', line: 1, rule: 'has to hold a token' }
  if (tokens.length > tokensMax) {
    return { kind: 'faulty', line: tokensMax, rule: `is one of more than ${tokensMax} tokens` }
  }
  return { kind: 'parsed', tokens }
}

/** The longest text that is hashed at all: our own tokens are far shorter. */
const tokenLengthMax = 512

/**
 * Whose token stands in an Authorization header; undefined for nobody's. Every hash is compared, in
 * constant time each, so that the time tells neither how much of a token was right nor whose it
 * was.
 */
export const bearerOf = (
  tokens: readonly Token[],
  authorization: string | undefined,
): string | undefined => {
  const [, text] = /^bearer +([!-~]+)$/i.exec(authorization ?? '') ?? []
  if (text === undefined || text.length > tokenLengthMax) return undefined
  const sha256 = createHash('sha256').update(text).digest()
  return tokens.filter((token) => timingSafeEqual(token.sha256, sha256))[0]?.name
}
