import { createHash } from 'node:crypto'
import { test } from 'tap'
import { bearerOf, parseTokens, tokensMax } from '../../../agent/http/admit/tokens.ts'
import type { Token } from '../../../agent/http/admit/tokens.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const parsed = (text: string): readonly Token[] => {
  const result = parseTokens(text)
  if (result.kind === 'faulty') throw new Error(result.rule)
  return result.tokens
}

test('a file of hashes', async (t) => {
  const tokens = parsed(`# who may ask\n\nmn-1 ${sha256('old')}\r\n  mn-1\t${sha256('new')}  \n`)
  t.same(
    tokens.map(({ name }) => name),
    ['mn-1', 'mn-1'],
  )
})

test('a line that breaks the form is named by its number', async (t) => {
  const good = `mn-1 ${sha256('x')}`
  const rows: readonly (readonly [string, string, number])[] = [
    ['nothing at all', '', 1],
    ['a comment alone', '# x\n', 1],
    ['a hash without a name', `${good}\n${sha256('x')}`, 2],
    ['a token in place of its hash', `${good}\nmn-2 secret`, 2],
    ['a hash that is too short', `mn-2 ${sha256('x').slice(1)}`, 1],
    ['a hash in upper case', `mn-2 ${sha256('x').toUpperCase()}`, 1],
    ['something behind the hash', `${good} secret`, 1],
    ['a name with a dash in front', `-n ${sha256('x')}`, 1],
  ]
  for (const [title, text, line] of rows) {
    const result = parseTokens(text)
    t.match(result, { kind: 'faulty', line }, title)
    t.notMatch(JSON.stringify(result), /secret/, title)
  }
  t.match(parseTokens(`${good}\n`.repeat(tokensMax)), { kind: 'parsed' })
  t.match(parseTokens(`${good}\n`.repeat(tokensMax + 1)), { kind: 'faulty' })
})

test('who bears a token', async (t) => {
  const tokens = parsed(`mn-1 ${sha256('old')}\nmn-1 ${sha256('new')}\nmn-2 ${sha256('two')}`)
  const rows: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['the old token, while both are there', 'Bearer old', 'mn-1'],
    ['the new one', 'Bearer new', 'mn-1'],
    ['another caller', 'bearer two', 'mn-2'],
    ['no header', undefined, undefined],
    ['an empty header', '', undefined],
    ['no token', 'Bearer ', undefined],
    ['a wrong token', 'Bearer olf', undefined],
    ['the hash itself', `Bearer ${sha256('old')}`, undefined],
    ['a token in two parts', 'Bearer ol d', undefined],
    ['another scheme', 'Basic old', undefined],
    ['a token with something behind it', 'Bearer old ', undefined],
    ['a very long one', `Bearer ${'x'.repeat(513)}`, undefined],
  ]
  for (const [title, header, name] of rows) t.equal(bearerOf(tokens, header), name, title)
})
