/** Edits of a tokens file's text. Pure. */
import { parseTokens, tokensMax } from '../../http/admit/tokens.ts'
import type { Token } from '../../http/admit/tokens.ts'

export type TokenEdit =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly because: string }

const refused = (because: string): TokenEdit => ({ kind: 'refused', because })

export type ReadTokens =
  | { readonly kind: 'tokens'; readonly tokens: readonly Token[] }
  | { readonly kind: 'faulty'; readonly because: string }

/**
 * A text without any token has none; the agent takes no such file, but one has to begin somehow.
 */
export const tokensIn = (text: string): ReadTokens => {
  if (text.split('\n').every((line) => line.trim() === '' || line.trim().startsWith('#'))) {
    return { kind: 'tokens', tokens: [] }
  }
  const parsed = parseTokens(text)
  return parsed.kind === 'parsed'
    ? { kind: 'tokens', tokens: parsed.tokens }
    : { kind: 'faulty', because: `line ${parsed.line} ${parsed.rule}` }
}

export const hashOf = ({ sha256 }: Token): string => sha256.toString('hex')

export const withToken = (text: string, name: string, sha256: string): TokenEdit => {
  const read = tokensIn(text)
  if (read.kind === 'faulty') return refused(read.because)
  if (read.tokens.length >= tokensMax) return refused(`it holds ${tokensMax} tokens already`)
  const line = `${name} ${sha256}`
  // The form of a line is judged where the agent judges it.
  if (parseTokens(line).kind === 'faulty') {
    return refused('NAME has to be 1 to 64 letters, digits, dots, underscores and dashes')
  }
  const end = text === '' || text.endsWith('\n') ? '' : '\n'
  return { kind: 'text', text: `${text}${end}${line}\n` }
}

/**
 * A file without tokens is refused by the agent, which then goes on with those it has: the last one
 * could not be revoked that way, so it has to be replaced first.
 */
export const withoutToken = (text: string, name: string, hashPrefix: string): TokenEdit => {
  const read = tokensIn(text)
  if (read.kind === 'faulty') return refused(read.because)
  const goes = (token: Token): boolean =>
    token.name === name && hashOf(token).startsWith(hashPrefix)
  const left = read.tokens.filter((token) => !goes(token))
  if (left.length === read.tokens.length) return refused('it holds no such token')
  if (left.length === 0) {
    return refused(
      'it would hold no token, and the agent would keep the old ones; create another one first',
    )
  }
  const lines = text.split('\n').filter((line) => {
    const parsed = parseTokens(line)
    return parsed.kind === 'faulty' || !parsed.tokens.some(goes)
  })
  return { kind: 'text', text: lines.join('\n') }
}
