import { createHash } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { bearerOf, parseTokens } from '../../../agent/http/admit/tokens.ts'
import { call } from '../../fixtures/worlds/command-line.ts'

const openServer = (t: Test, listeners?: (file: string) => readonly object[]) => {
  const folder = t.testdir({})
  const [config, file] = [join(folder, 'peerfence.json'), join(folder, 'tokens')]
  const http = { listeners: listeners?.(file) ?? [{ at: '127.0.0.1:7171', tokensFile: file }] }
  writeFileSync(config, JSON.stringify({ http, journal: { file: join(folder, 'journal.jsonl') } }))
  const token = async (...args: readonly string[]) =>
    await call(['token', ...args, '--config', config])
  return { file, token }
}

test('a token is printed once, opens the door, and is nowhere on disk', async (t) => {
  const { file, token } = openServer(t)
  const made = await token('create', 'mn-1')
  t.match(made, { code: 0, out: /^pf_[A-Za-z0-9_-]{43}\n$/, err: /next reload \(SIGHUP\)/ })
  const text = readFileSync(file, 'utf8')
  t.notOk(text.includes(made.out.trim()))
  t.equal(statSync(file).mode & 0o777, 0o600)
  const parsed = parseTokens(text)
  const tokens = parsed.kind === 'parsed' ? parsed.tokens : []
  t.equal(bearerOf(tokens, `Bearer ${made.out.trim()}`), 'mn-1')
  t.not((await token('create', 'mn-1')).out, made.out)
})

test('who has one, and how to take it away', async (t) => {
  const { file, token } = openServer(t)
  const first = (await token('create', 'mn-1')).out.trim()
  t.match(await token('revoke', 'mn-1'), { code: 1, err: /nothing was changed: .*create another/ })
  await token('create', 'mn-2')
  const hash = createHash('sha256').update(first).digest('hex')
  const listed = await token('list')
  t.match(listed, { code: 0, out: new RegExp(`^${hash.slice(0, 12)} mn-1\n[0-9a-f]{12} mn-2\n$`) })
  t.match(JSON.parse((await token('list', '--json')).out), [{ name: 'mn-1', sha256: hash }, {}])
  t.match(await token('revoke', 'mn-1', '--sha256', 'XYZ'), { code: 64, err: /--sha256/ })
  t.match(await token('revoke', 'mn-2', '--sha256', hash), { code: 1, err: /no such token/ })
  t.match(await token('revoke', 'mn-1', '--sha256', hash.slice(0, 8)), { code: 0, out: '' })
  t.notMatch(readFileSync(file, 'utf8'), /mn-1/)
  t.match(await token('list'), { out: /^[0-9a-f]{12} mn-2\n$/ })
})

test('which file, and which name', async (t) => {
  const { file, token } = openServer(t)
  t.match(await token('create'), { code: 64, err: /NAME is missing/ })
  t.match(await token('revoke'), { code: 64, err: /NAME is missing/ })
  t.match(await token('create', 'a b'), { code: 1, err: /NAME has to be/ })
  writeFileSync(file, 'nonsense\n', { mode: 0o600 })
  t.match(await token('list'), { code: 1, err: /line 1 has to be/ })
  t.match(await token('list', '--file', '/'), { code: 1, err: /EISDIR/ })
  t.match(await call(['token', 'list', '--config', '/none']), { code: 78 })
  const none = openServer(t, () => [{ at: '127.0.0.1:7171' }])
  t.match(await none.token('list'), { code: 78, err: /no listener has tokensFile; give --file/ })
  const two = openServer(t, (one) => [
    { at: '127.0.0.1:7171', tokensFile: one },
    { at: '127.0.0.1:7172', tokensFile: `${one}2` },
  ])
  t.match(await two.token('list'), { code: 78, err: /have several tokensFile/ })
  t.match(await two.token('create', 'mn-1', '--file', `${two.file}2`), { code: 0 })
})
