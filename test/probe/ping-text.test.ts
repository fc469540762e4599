import { test } from 'tap'
import { readPing } from '../../agent/probe/ping-text.ts'
import type { PingText } from '../../agent/probe/ping-text.ts'

// Recorded from iputils 20221126 on Linux 6.18, unless the row says otherwise.
const v4 = 'PING 10.77.0.2 (10.77.0.2) 56(84) bytes of data.'
const v6 = 'PING fd77::2(fd77::2) 56 data bytes'
const stats = '\n--- 10.77.0.2 ping statistics ---'
const stats6 = '\n--- fd77::2 ping statistics ---'
const lost = '3 packets transmitted, 0 received, 100% packet loss, time 1034ms\n'
const lostErrors = (count: number, errors: number) =>
  `${count} packets transmitted, 0 received, +${errors} errors, 100% packet loss, time 1034ms\n`
const own = (seq: number) => `From 10.77.0.1 icmp_seq=${seq} Destination Host Unreachable`
const own6 = (seq: number) =>
  `From fd77::1 icmp_seq=${seq} Destination unreachable: Address unreachable`
const replyLine = '64 bytes from 10.77.0.2: icmp_seq=1 ttl=64 time=0.097 ms'

const exited = (code: number, lines: readonly string[], stderr = ''): PingText => ({
  code,
  stdout: lines.join('\n'),
  stderr,
})

const rows4: readonly [string, PingText, ReturnType<typeof readPing>][] = [
  [
    'three replies are a sign of life',
    exited(0, [
      v4,
      replyLine,
      stats,
      '3 packets transmitted, 3 received, 0% packet loss, time 1015ms',
      'rtt min/avg/max/mdev = 0.055/0.070/0.097/0.018 ms',
    ]),
    'replied',
  ],
  [
    'one late reply after two losses is a sign of life',
    exited(0, [
      v4,
      '64 bytes from 10.77.0.2: icmp_seq=1 ttl=64 time=2900 ms',
      stats,
      '3 packets transmitted, 1 received, 66.6667% packet loss, time 1015ms',
    ]),
    'replied',
  ],
  [
    'a duplicate is a sign of life',
    exited(1, [v4, '64 bytes from 10.77.0.2: icmp_seq=1 ttl=64 time=0.1 ms (DUP!)']),
    'replied',
  ],
  [
    'a reply counts even where the rest is garbled',
    exited(2, ['?', replyLine], 'ping: boom'),
    'replied',
  ],
  [
    'a reply counts beside an error of somebody else',
    exited(0, [v4, 'From 10.77.0.9 icmp_seq=1 Redirect Host(New nexthop: 10.77.0.2)', replyLine]),
    'replied',
  ],
  ['total loss with complete statistics is silence', exited(1, [v4, stats, lost]), 'silent'],
  [
    'our own kernel did not find the neighbour',
    exited(1, [v4, own(1), own(2), own(3), stats, lostErrors(3, 3), 'pipe 3']),
    'no-neighbour',
  ],
  [
    'our own kernel did not find the neighbour for one of three',
    exited(1, [v4, own(1), stats, lostErrors(3, 1)]),
    'no-neighbour',
  ],
  [
    'the same words from the suspect itself are a live kernel',
    exited(1, [
      v4,
      'From 10.77.0.2 icmp_seq=1 Destination Host Unreachable',
      stats,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
  [
    'the same words from a router are somebody else talking',
    exited(1, [
      v4,
      'From 10.77.0.254 icmp_seq=1 Destination Host Unreachable',
      stats,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
  [
    'one foreign error among own ones is not silence',
    exited(1, [
      v4,
      own(1),
      'From 10.77.0.254 icmp_seq=2 Destination Host Unreachable',
      stats,
      lostErrors(3, 2),
    ]),
    'icmp-error',
  ],
  [
    'host prohibited is a firewall',
    exited(1, [
      v4,
      'From 10.77.0.2 icmp_seq=1 Destination Host Prohibited',
      stats,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
  [
    'administratively filtered is a firewall',
    exited(1, [v4, 'From 10.77.0.2 icmp_seq=1 Packet filtered', stats, lostErrors(3, 1)]),
    'icmp-error',
  ],
  [
    'port unreachable is a live kernel',
    exited(1, [
      v4,
      'From 10.77.0.2 icmp_seq=1 Destination Port Unreachable',
      stats,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
  [
    'net unreachable is a router',
    exited(1, [
      v4,
      'From 10.77.0.254 icmp_seq=1 Destination Net Unreachable',
      stats,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
  [
    'our own prohibition is not the word about a neighbour',
    exited(1, [
      v4,
      'From 10.77.0.1 icmp_seq=1 Destination Host Prohibited',
      stats,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
  [
    'a redirect is a router',
    exited(1, [
      v4,
      'From 10.77.0.254: icmp_seq=1 Redirect Host(New nexthop: 10.77.0.3)',
      stats,
      lost,
    ]),
    'icmp-error',
  ],
  [
    'time to live exceeded is a router',
    exited(1, [v4, 'From 10.77.0.254 icmp_seq=1 Time to live exceeded', stats, lostErrors(3, 1)]),
    'icmp-error',
  ],
  [
    'a reply from another address is somebody else',
    exited(0, [
      v4,
      '64 bytes from 10.77.0.20: icmp_seq=1 ttl=64 time=0.1 ms (DIFFERENT ADDRESS!)',
      stats,
      '3 packets transmitted, 1 received, 66% packet loss, time 3ms',
    ]),
    'icmp-error',
  ],
  [
    'an interrupted ping has complete statistics of too few requests',
    exited(1, [v4, stats, '1 packets transmitted, 0 received, 100% packet loss, time 0ms']),
    'own-trouble',
  ],
  ['no statistics: cut off', exited(1, [v4]), 'own-trouble'],
  ['statistics line without its heading', exited(1, [v4, lost]), 'own-trouble'],
  ['statistics without the first line', exited(1, [stats, lost]), 'own-trouble'],
  ['statistics twice', exited(1, [v4, stats, lost, lost]), 'own-trouble'],
  [
    'received without any reply line',
    exited(1, [v4, stats, '3 packets transmitted, 1 received, 66% packet loss, time 1034ms']),
    'own-trouble',
  ],
  [
    'a loss below all',
    exited(1, [v4, stats, '3 packets transmitted, 0 received, 99% packet loss, time 1034ms']),
    'own-trouble',
  ],
  [
    'more errors counted than shown',
    exited(1, [v4, own(1), stats, lostErrors(3, 2)]),
    'own-trouble',
  ],
  ['errors counted and none shown', exited(1, [v4, stats, lostErrors(3, 1)]), 'own-trouble'],
  ['total loss with exit code 0', exited(0, [v4, stats, lost]), 'own-trouble'],
  ['total loss with exit code 2', exited(2, [v4, stats, lost]), 'own-trouble'],
  [
    'total loss and a word on standard error',
    exited(1, [v4, stats, lost], 'ping: sendmsg: Operation not permitted'),
    'own-trouble',
  ],
  ['an unknown line', exited(1, [v4, 'no answer yet for icmp_seq=1', stats, lost]), 'own-trouble'],
  [
    'a corrupted reply',
    exited(1, [
      v4,
      stats,
      '3 packets transmitted, 0 received, +1 corrupted, 100% packet loss, time 3ms',
    ]),
    'own-trouble',
  ],
  ['no route of our own', exited(2, [], 'ping: connect: Network is unreachable'), 'own-trouble'],
  [
    'a prohibit route of our own',
    exited(
      2,
      [],
      'ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules',
    ),
    'own-trouble',
  ],
  [
    'no permission for the socket',
    exited(2, [], 'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted'),
    'own-trouble',
  ],
  ['nothing at all', exited(1, []), 'own-trouble'],
  [
    'busybox: silence (written after its source)',
    exited(1, [
      'PING 10.77.0.2 (10.77.0.2): 56 data bytes',
      '',
      '--- 10.77.0.2 ping statistics ---',
      '3 packets transmitted, 0 packets received, 100% packet loss',
    ]),
    'own-trouble',
  ],
  [
    'busybox: a reply (written after its source)',
    exited(0, [
      'PING 10.77.0.2 (10.77.0.2): 56 data bytes',
      '64 bytes from 10.77.0.2: seq=0 ttl=64 time=0.1 ms',
    ]),
    'own-trouble',
  ],
  [
    'inetutils: silence (written after its source)',
    exited(1, [
      'PING 10.77.0.2 (10.77.0.2): 56 data bytes',
      '--- 10.77.0.2 ping statistics ---',
      '3 packets transmitted, 0 packets received, 100% packet loss',
    ]),
    'own-trouble',
  ],
  [
    'another language',
    exited(1, [
      v4,
      '\n--- 10.77.0.2 ping-Statistik ---',
      '3 Pakete übertragen, 0 empfangen, 100% Paketverlust, Zeit 1034ms',
    ]),
    'own-trouble',
  ],
]

const rows6: typeof rows4 = [
  [
    'a reply, in another spelling of the address',
    exited(0, [v6, '64 bytes from fd77:0::2: icmp_seq=1 ttl=64 time=0.069 ms']),
    'replied',
  ],
  [
    'a reply with a zone',
    exited(0, [v6, '64 bytes from fd77::2%v0: icmp_seq=1 ttl=64 time=0.069 ms']),
    'replied',
  ],
  ['silence', exited(1, [v6, stats6, lost]), 'silent'],
  [
    'our own kernel did not find the neighbour',
    exited(1, [v6, own6(1), own6(2), own6(3), stats6, lostErrors(3, 3)]),
    'no-neighbour',
  ],
  [
    'address unreachable, said by the suspect',
    exited(1, [
      v6,
      'From fd77::2 icmp_seq=1 Destination unreachable: Address unreachable',
      stats6,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
  [
    'administratively prohibited',
    exited(1, [
      v6,
      'From fd77::2 icmp_seq=1 Destination unreachable: Administratively prohibited',
      stats6,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
  [
    'no route, said by a router',
    exited(1, [
      v6,
      'From fd77::fe icmp_seq=1 Destination unreachable: No route',
      stats6,
      lostErrors(3, 1),
    ]),
    'icmp-error',
  ],
]

test('what a ping of an IPv4 address says', async (t) => {
  for (const [name, text, expected] of rows4) {
    t.equal(readPing({ address: '10.77.0.2', source: '10.77.0.1', count: 3 }, text), expected, name)
  }
})

test('what a ping of an IPv6 address says', async (t) => {
  for (const [name, text, expected] of rows6) {
    t.equal(readPing({ address: 'fd77::2', source: 'fd77::1', count: 3 }, text), expected, name)
  }
})

test('without a known address of our own no error is our own', async (t) => {
  const text = exited(1, [v4, own(1), stats, lostErrors(3, 1)])
  t.equal(readPing({ address: '10.77.0.2', source: '', count: 3 }, text), 'icmp-error')
})

test('no cut of a silent text is silence', async (t) => {
  const whole = [v4, own(1), stats, lostErrors(3, 1).trim()].join('\n')
  const question = { address: '10.77.0.2', source: '10.77.0.1', count: 3 }
  t.equal(readPing(question, { code: 1, stdout: whole, stderr: '' }), 'no-neighbour')
  const timeless = whole.indexOf(', time')
  for (let length = 0; length < whole.length; length += 1) {
    const seen = readPing(question, { code: 1, stdout: whole.slice(0, length), stderr: '' })
    const isProof = seen === 'silent' || seen === 'no-neighbour'
    // Up to the percentage everything is counted; the time after it is no part of the proof.
    if (length !== timeless) t.notOk(isProof, `cut after ${length} characters: ${seen}`)
  }
})
