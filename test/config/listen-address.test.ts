import { test } from 'tap'
import { isPrivate, parseListenAddress } from '../../agent/config/listen-address.ts'

test('addresses and sockets', async (t) => {
  t.same(parseListenAddress('127.0.0.1:7171'), { kind: 'tcp', host: '127.0.0.1', port: 7171 })
  t.same(parseListenAddress('0.0.0.0:0'), { kind: 'tcp', host: '0.0.0.0', port: 0 })
  t.same(parseListenAddress('[::1]:65535'), { kind: 'tcp', host: '::1', port: 65_535 })
  t.same(parseListenAddress('unix:/run/x/y.sock'), { kind: 'unix', path: '/run/x/y.sock' })
})

test('anything else is neither', async (t) => {
  const rows = [
    '',
    '7171',
    ':7171',
    'localhost:7171',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:7171 ',
    '127.0.0.256:7171',
    '::1:7171',
    '[::1]',
    '[::1::]:7171',
    '[127.0.0.1]:7171',
    'unix:relative.sock',
    'unix:',
    'unix:/',
    'unix:/a\0b',
    `unix:/${'x'.repeat(107)}`,
    'http://127.0.0.1:7171',
  ]
  for (const text of rows) t.equal(parseListenAddress(text), undefined, `"${text}"`)
  t.ok(parseListenAddress(`unix:/${'x'.repeat(106)}`), 'the longest path')
})

test('who can reach it', async (t) => {
  const rows: readonly (readonly [string, boolean])[] = [
    ['127.0.0.1:1', true],
    ['127.9.9.9:1', true],
    ['[::1]:1', true],
    ['unix:/run/x', true],
    ['0.0.0.0:1', false],
    ['[::]:1', false],
    ['192.0.2.1:1', false],
    ['[::ffff:127.0.0.1]:1', false],
  ]
  for (const [text, expected] of rows) {
    const listen = parseListenAddress(text)
    t.equal(listen !== undefined && isPrivate(listen), expected, text)
  }
})
