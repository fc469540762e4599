import { test } from 'tap'
import { parseNamePattern } from '../../../agent/base/net/name-pattern.ts'

test('a star stands for any characters, and everything else for itself', async (t) => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['kvm7', ['kvm7', 'KVM7', 'kvm7.'], ['kvm70', 'xkvm7', 'kvm7.a', '']],
    ['*.a.example', ['x.a.example', 'x.y.a.example'], ['a.example', 'xa.example', 'x.a.exampleb']],
    ['kvm*', ['kvm', 'kvm7.a'], ['kv', 'akvm']],
    ['k*m*7', ['km7', 'kxmx7', 'kvm77'], ['k7', 'km', 'km7x', 'mk7']],
    ['a*a', ['aa', 'aba'], ['a', 'ab']],
    ['a*b*b', ['abb', 'axbxb'], ['ab']],
    ['*', ['', 'x', 'x.y'], []],
    ['**x', ['x', 'yx'], ['xy']],
  ]
  for (const [pattern, good, bad] of rows) {
    const isNamed = parseNamePattern(pattern)
    for (const name of good) t.equal(isNamed?.(name), true, `${pattern} names ${name}`)
    for (const name of bad) t.equal(isNamed?.(name), false, `${pattern} does not name ${name}`)
  }
})

test('what is no pattern', async (t) => {
  const bad = [
    '',
    '10.0.0.*',
    '10.0.0.1',
    '10.1.0.0/16',
    '?x',
    'a b',
    '[a]',
    '.a',
    'a.',
    'a..b',
    '-*-',
    '*.*',
    'é',
  ]
  for (const text of [...bad, 'a'.repeat(254)]) t.equal(parseNamePattern(text), undefined, text)
})

test('many stars take no time', async (t) => {
  const isNamed = parseNamePattern(`${'a*'.repeat(100)}b`)
  const startedMs = performance.now()
  t.equal(isNamed?.('a'.repeat(253)), false)
  t.ok(performance.now() - startedMs < 1000)
})
