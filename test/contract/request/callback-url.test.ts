import * as fc from 'fast-check'
import { isIP } from 'node:net'
import { test } from 'tap'
import { parseCallbackUrl } from '../../../agent/contract/request/callback-url.ts'

test('an http or https url with a literal address is taken apart as it was sent', async (t) => {
  t.strictSame(parseCallbackUrl('http://10.0.0.1:8080/zstack/asyncrest/callback'), {
    isTls: false,
    address: '10.0.0.1',
    port: 8080,
    host: '10.0.0.1:8080',
    path: '/zstack/asyncrest/callback',
  })
  t.strictSame(parseCallbackUrl('HTTPS://[2001:DB8::1]/a?b=c&d=%20'), {
    isTls: true,
    address: '2001:DB8::1',
    port: 443,
    host: '[2001:DB8::1]',
    path: '/a?b=c&d=%20',
  })
  t.match(parseCallbackUrl('http://10.0.0.1'), { port: 80, path: '/' })
  t.match(parseCallbackUrl('http://[::ffff:10.0.0.1]:1/'), { address: '::ffff:10.0.0.1', port: 1 })
  t.match(parseCallbackUrl('http://10.0.0.1:65535/'), { port: 65_535 })
})

test('anything else is no url to answer at', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['a host name', 'http://mn.example/callback'],
    ['localhost', 'http://localhost/callback'],
    ['another scheme', 'ftp://10.0.0.1/'],
    ['a file', 'file:///etc/passwd'],
    ['no scheme', '10.0.0.1:8080/x'],
    ['a user', 'http://root@10.0.0.1/'],
    ['a user and a password', 'http://root:x@10.0.0.1/'],
    ['an address in front of another host', 'http://10.0.0.1@mn.example/'],
    ['a backslash that browsers take for a slash', 'http://10.0.0.1\\@mn.example/'],
    ['a number for an address', 'http://2130706433/'],
    ['a hexadecimal number', 'http://0x7f000001/'],
    ['octal digits', 'http://0177.0.0.1/'],
    ['three numbers', 'http://127.0.1/'],
    ['a dot at the end', 'http://10.0.0.1./'],
    ['IPv6 without brackets', 'http://::1/'],
    ['IPv4 in brackets', 'http://[10.0.0.1]/'],
    ['a zone', 'http://[fe80::1%eth0]/'],
    ['a bracket that does not close', 'http://[::1/'],
    ['an empty port', 'http://10.0.0.1:/'],
    ['port 0', 'http://10.0.0.1:0/'],
    ['a port beyond the last', 'http://10.0.0.1:65536/'],
    ['a path without its slash', 'http://10.0.0.1x'],
    ['a query without a path', 'http://10.0.0.1?x'],
    ['a fragment', 'http://10.0.0.1/#x'],
    ['a space', 'http://10.0.0.1/a b'],
    ['a space in front', ' http://10.0.0.1/'],
    ['a line of its own', 'http://10.0.0.1/\r\nhost: x'],
    ['a tab inside', 'http://10.0\t.0.1/'],
    ['text that is not ASCII', 'http://10.0.0.1/é'],
    ['more than 512 characters', `http://10.0.0.1/${'x'.repeat(497)}`],
  ]
  for (const [title, text] of rows) t.equal(parseCallbackUrl(text), undefined, title)
  t.ok(parseCallbackUrl(`http://10.0.0.1/${'x'.repeat(496)}`), 'the longest')
})

test('whatever is accepted is a literal address, and a url parser reads the same in it', async (t) => {
  const parts = [
    'http://',
    'https://',
    '10.0.0.1',
    '[::1]',
    ':',
    '80',
    '@',
    '/',
    '\\',
    '#',
    '?',
    'x',
  ]
  const texts = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((all) => all.join(''))
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseCallbackUrl(text)
      if (parsed === undefined) return true
      const url = new URL(text)
      return (
        isIP(parsed.address) !== 0 &&
        url.hostname.replaceAll(/[[\]]/g, '') === parsed.address &&
        url.username === '' &&
        (url.port === '' || Number(url.port) === parsed.port)
      )
    }),
    { numRuns: 20_000 },
  )
  t.pass('no counter-example')
})
