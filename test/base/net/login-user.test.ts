import { test } from 'tap'
import { userPattern } from '../../../agent/base/net/login-user.ts'

const pattern = new RegExp(userPattern)

test('accounts as OpenSSH and directories have them', async (t) => {
  for (const text of [
    'root',
    'a',
    'svc$',
    'a$',
    String.raw`DOM\user`,
    'user@dom.example',
    'first.last+ha@dom',
    '_svc',
    'x'.repeat(128),
  ]) {
    t.match(text, pattern, text)
  }
})

test('what a tool or a shell could take for something else is none', async (t) => {
  for (const text of [
    '',
    '-oProxyCommand=x',
    '@dom',
    '$',
    '$(id)',
    'a$b',
    'a$$',
    'DOM\\',
    'DOM\\$',
    String.raw`\user`,
    'a b',
    'a;b',
    'a|b',
    "a'b",
    'a\n',
    'a\0b',
    'a`b`',
    'ü',
    'x'.repeat(130),
  ]) {
    t.notMatch(text, pattern, JSON.stringify(text))
  }
})
