import { test } from 'tap'
import { parsePeer, placeOf } from '../../agent/client/peer.ts'

const tcp = (host: string, port: number, isTls = false) => ({ kind: 'tcp', isTls, host, port })

test('every way to name a peer', async (t) => {
  const rows: readonly (readonly [string, object, string?])[] = [
    ['10.0.0.2:7171', tcp('10.0.0.2', 7171)],
    ['10.0.0.2', tcp('10.0.0.2', 7171)],
    ['http://10.0.0.2:80/', tcp('10.0.0.2', 80)],
    ['https://kvm-2.example:443', tcp('kvm-2.example', 443, true)],
    ['[fd00::2]:7000@rack-1', tcp('fd00::2', 7000), 'rack-1'],
    ['[fd00::2]', tcp('fd00::2', 7171)],
    ['kvm-2@rack_1.a', tcp('kvm-2', 7171), 'rack_1.a'],
    [
      'unix:/run/peerfence/peerfence.sock@here',
      { kind: 'unix', path: '/run/peerfence/peerfence.sock' },
      'here',
    ],
  ]
  for (const [text, at, domain] of rows) {
    t.strictSame(parsePeer(text), { name: text.split('@')[0], domain, at }, text)
  }
})

test('what is no peer', async (t) => {
  const rows = [
    ['', 'nothing'],
    ['10.0.0.2:0', 'no port'],
    ['10.0.0.2:70000', 'no port either'],
    ['10.0.0.2:', 'an empty port'],
    ['fd00::2', 'a bare IPv6 address'],
    ['http://10.0.0.2/path', 'a path'],
    ['ftp://10.0.0.2', 'another scheme'],
    ['user@10.0.0.2@rack', 'a user'],
    ['10.0.0.2@', 'an empty domain'],
    ['10.0.0.2@a b', 'a blank'],
    ['-x', 'what a tool may take for an option'],
    ['unix:relative', 'a relative path'],
    ['10.0.0.2\r\nx', 'two lines'],
  ] as const
  for (const [text, title] of rows) t.equal(parsePeer(text), undefined, title)
})

test('one place however it is written', async (t) => {
  const place = (text: string) => {
    const peer = parsePeer(text)
    return peer === undefined ? '' : placeOf(peer)
  }
  t.equal(place('KVM-2@a'), place('https://kvm-2:7171@b'))
  t.not(place('kvm-2:1'), place('kvm-2:2'))
  t.equal(place('unix:/a@x'), place('unix:/a'))
})
