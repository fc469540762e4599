import { test } from 'tap'
import { hashOf, tokensIn, withToken, withoutToken } from '../../../agent/cli/token/token-edit.ts'
import { parseTokens, tokensMax } from '../../../agent/http/admit/tokens.ts'

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string]

test('a token is added behind what is there, and the agent reads it', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['', `mn-1 ${a}\n`],
    ['# who may ask\n\n', `# who may ask\n\nmn-1 ${a}\n`],
    [`mn-1 ${b}`, `mn-1 ${b}\nmn-1 ${a}\n`],
  ]
  for (const [before, text] of rows) {
    t.same(withToken(before, 'mn-1', a), { kind: 'text', text })
    t.equal(parseTokens(text).kind, 'parsed')
  }
})

test('nothing is written into a file that the agent would not take, or would not take then', async (t) => {
  t.match(withToken(`mn-1 ${b}\nnonsense\n`, 'mn-1', a), { because: /^line 2 has to be/ })
  for (const name of ['', 'a b', '-x', 'x'.repeat(65), 'a\nb']) {
    t.match(withToken('', name, a), { kind: 'refused', because: /NAME has to be/ }, name)
  }
  const full = Array.from({ length: tokensMax }, (_, n) => `mn-${n} ${a}\n`).join('')
  t.match(withToken(full, 'mn-1', a), { because: /256 tokens already/ })
})

test('revoking takes the tokens of a name, or one of them, and leaves every other line', async (t) => {
  const text = `# list\nmn-1 ${a}\nmn-2 ${b}\nmn-1 ${c}\n`
  t.same(withoutToken(text, 'mn-1', ''), { kind: 'text', text: `# list\nmn-2 ${b}\n` })
  t.same(withoutToken(text, 'mn-1', 'ccc'), {
    kind: 'text',
    text: `# list\nmn-1 ${a}\nmn-2 ${b}\n`,
  })
  t.match(withoutToken(text, 'mn-3', ''), { because: 'it holds no such token' })
  t.match(withoutToken(text, 'mn-1', 'b'), { because: 'it holds no such token' })
  t.match(withoutToken('nonsense', 'mn-1', ''), { because: /^line 1/ })
  t.match(withoutToken(`mn-1 ${a}\n`, 'mn-1', ''), { because: /keep the old ones/ })
})

test('who has tokens', async (t) => {
  const read = tokensIn(`mn-1 ${a}\n`)
  t.same(read.kind === 'tokens' ? read.tokens.map(hashOf) : read.because, [a])
  t.same(tokensIn(' \n# x\n'), { kind: 'tokens', tokens: [] })
})
