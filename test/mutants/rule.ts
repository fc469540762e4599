/** Breaks in the rule itself. */
import { mutantsOf } from './mutant.ts'

const reportMutants = [
  ...mutantsOf(
    'agent/domain/decide.ts',
    ['domain/decide', 'domain/decide-oracle'],
    [
      [
        'a budget that ended is a dead host',
        "return doubt('deadline-passed')",
        "return unreachable('every-address-silent')",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/domain/doubts-of-report.ts',
    ['domain/decide', 'domain/decide-oracle'],
    [
      ['any host may say that the VM is dead', '  doubtOfHost(report) ??\n', ''],
      ['processes that cannot be seen are no doubt', '  doubtOfView(report.view) ??\n', ''],
      ['a qemu that lives is no doubt', '  doubtOfQemus(report.qemus) ??\n', ''],
      ['the last scan does not count', '  doubtOfScan(report) ??\n', ''],
      ['a start that libvirt did not exclude is no doubt', ' ??\n  doubtOfStart(report)', ''],
      [
        'a libvirt that hangs starts nothing',
        "    case 'no-daemon':\n      return undefined\n",
        "    case 'no-daemon':\n    case 'no-answer':\n      return undefined\n",
      ],
      ['I/O in flight is no doubt', '  doubtOfIo(report) ??\n', ''],
      [
        'a scan that counts living groups proves',
        "  if (!(finalScan.living === 0)) return 'not-gone-in-time'\n",
        '',
      ],
      ['a newcomer is no doubt', "  if (!(finalScan.newcomers === 0)) return 'respawned'\n", ''],
      [
        'a dying qemu that nobody can name is no doubt',
        "  if (!(finalScan.unattributable === 0)) return 'unattributable-qemu'\n",
        '',
      ],
      [
        'a process that may be the qemu is no doubt',
        "  if (!(finalScan.ambiguous === 0)) return 'ambiguous-process'\n",
        '',
      ],
      [
        'a process that could not be read is no doubt',
        'finalScan.unreadable === 0 && finalScan.processes > 0',
        'finalScan.processes > 0',
      ],
      [
        'a scan that saw no process at all proves',
        'finalScan.unreadable === 0 && finalScan.processes > 0',
        'finalScan.unreadable === 0',
      ],
      [
        'a hold that was cut proves',
        "return finalScan.hold === 'kept' ? undefined : 'hold-not-kept'",
        'return undefined',
      ],
    ],
  ),
]

const silenceMutants = mutantsOf(
  'agent/domain/decide-silence.ts',
  ['domain/decide'],
  [
    [
      'no address at all is silence',
      "  if (addresses.length === 0) return doubt('silence-not-proven')\n",
      '',
    ],
    [
      'an ICMP error is silence',
      "    'icmp-error',\n    'own-network-trouble',",
      "    'own-network-trouble',",
    ],
    [
      'our own trouble is silence',
      "    'own-network-trouble',\n    'own-filter',",
      "    'own-filter',",
    ],
    [
      'a neighbour that was not asked is silent',
      'tcpSilent && echoSilent && isNeighbourSilent(seenThere)',
      'tcpSilent && echoSilent',
    ],
    [
      'EHOSTUNREACH alone is silence',
      "tcp === 'silent' || (tcp === 'no-neighbour' && unresolved)",
      "tcp === 'silent' || tcp === 'no-neighbour'",
    ],
    [
      'a ping that did not run is silence',
      "echo === 'silent' || (echo === 'no-neighbour' && unresolved)",
      "echo !== 'replied'",
    ],
    ['the suspect vouches for our network itself', ' && !own.has(one.address)', ''],
    [
      'a witness on one way vouches for all',
      'if (!addresses.every(isVouchedFor))',
      'if (!addresses.some(isVouchedFor))',
    ],
    [
      'a witness that answered IP alone vouches for ARP',
      "(way !== 'arp' || neighbour === 'answered')",
      'true',
    ],
    [
      'routed silence counts without the word of the operator',
      "(rules.routed === 'accept' &&",
      '(true &&',
    ],
    [
      'IPv6 on a link of ours is judged as ARP',
      "way === 'arp' ||\n    (rules",
      "way !== 'routed' ||\n    (rules",
    ],
    [
      'a witness of another subnet vouches behind a router',
      '          besides.includes(address) &&\n',
      '',
    ],
    [
      'a witness on another way vouches behind a router',
      '          vouchesFor.includes(address) &&\n',
      '',
    ],
    ['a ping is not asked of a witness behind a router', "          by === 'echo' &&\n", ''],
    [
      'a port is not asked of a witness behind a router',
      "by === 'echo' &&\n          port === 'answered'",
      "by === 'echo'",
    ],
    ['a filter of our own is silence', "  if (ownFilter !== undefined) return 'own-filter'\n", ''],
    ['a moment of silence is enough', 'lastedMs >= rules.needsMs ?', 'lastedMs >= 0 ?'],
    ['who was never met is as good as who was', "return 'never-met'", 'return undefined'],
    [
      'one address on a way of its own decides for all',
      'addresses.every(isBelievable)',
      'addresses.some(isBelievable)',
    ],
    [
      'contact in this fence is no doubt',
      "  if (contactBefore) return doubt('contact-lost')\n",
      '',
    ],
  ],
)

export const ruleMutants = [...reportMutants, ...silenceMutants]
