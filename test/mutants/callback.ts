/** Breaks on the way back to the caller: what is sent, how long, and to whom. */
import { mutantsOf } from './mutant.ts'

const late = [
  ...mutantsOf(
    'agent/callback/proof-age.ts',
    ['callback/proof-age', 'callback/deliver'],
    [
      [
        'a proof keeps for ever',
        'if (!(age >= 0 && left > 0)) isTooOld',
        'if (age === 1.5) isTooOld',
      ],
      ['a clock that went back makes a proof young', 'if (!(age >= 0 && left', 'if (!(left'],
      [
        'a machine that slept kept its proofs',
        'Math.max(age, clock.nowMs() - startMs)',
        '(clock.nowMs() - startMs)',
      ],
      [
        'a wall clock that is set back keeps a proof',
        'Math.max(age, clock.nowMs() - startMs)',
        'age',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/callback/deliver.ts',
    ['callback/deliver', 'conformance/delivery'],
    [
      [
        'an expired proof is sent all the same',
        'const body = isExpired ?',
        'const body = (false as boolean) ?',
      ],
      ['an attempt outlives its proof', 'isExpired ? Infinity : proofMsLeft', 'Infinity'],
    ],
  ),
  ...mutantsOf(
    'agent/callback/attempt.ts',
    ['callback/attempt', 'conformance/delivery'],
    [
      [
        'the kernel goes on with an attempt that is over',
        'else raw.resetAndDestroy()',
        'else raw.destroy()',
      ],
      [
        'a redirect is followed',
        '      let bytes = 0\n',
        '      let bytes = 0\n      const to = response.headers.location\n      if (to !== undefined) void attempt({ ...destination, port: Number(new URL(to).port) }, task, body, signal)\n',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/http/accept/answer-body.ts',
    ['http/accept/answer-body', 'conformance/delivery'],
    [['a proof has no time', '{ reply, body, provenAt: provenAt(record) }', '{ reply, body }']],
  ),
  ...mutantsOf(
    'agent/journal/undelivered.ts',
    ['journal/undelivered'],
    [
      [
        'a proof that was left has no time',
        "{ body, provenAt: isOfThisBoot ? textOf(provenAt) : '' }",
        '{ body }',
      ],
      ['a proof of another boot is young', "boot !== '' && record['boot'] === boot", 'true'],
      ['what is not known to refuse is a refusal', 'proceeds === false ?', 'proceeds !== true ?'],
    ],
  ),
]

const table = mutantsOf(
  'agent/callback/callbacks.ts',
  ['callback/callbacks', 'conformance/delivery'],
  [
    [
      'a refusal takes the place of a proof',
      '    return answer\n',
      "    return { ...answer, body: refusalOf(answer.subject, 'journal-failed') }\n",
    ],
    [
      'an answer is not noted for the next agent',
      'void isWritten(journal.answer(answer), answer.subject)',
      '',
    ],
    [
      'a task in flight is fenced once more',
      "if (known === undefined) return 'new'",
      "if (known?.fenceId !== subject.fenceId) return 'new'",
    ],
    ['a task answers for another VM', 'one.vm === other.vm &&', ''],
    [
      'what was left goes anywhere',
      'destination !== undefined && mayReach(destination.address)',
      'destination !== undefined',
    ],
    [
      'a fence that was cut off is not answered',
      "body: refusalOf(subject, 'interrupted')",
      "body: ''",
    ],
  ],
)

const place = mutantsOf(
  'agent/http/accept/allowed-callback.ts',
  ['http/accept/allowed-callback', 'http/accept/answer-later'],
  [
    ['link-local takes answers', "  '169.254.0.0/16',\n", ''],
    ['link-local takes answers in IPv6', "  'fe80::/10',\n", ''],
    ['IPv4 dressed as IPv6 takes answers', "  '::/96',\n", ''],
    ['unspecified takes answers', "  '0.0.0.0/8',\n", ''],
    [
      'a caller whose connection is gone is on this host',
      'if (literal === undefined) return undefined',
      "if (literal === undefined) return 'this-host'",
    ],
    ['everybody may name loopback', "caller === 'this-host'\n", 'isLoopback(address)\n'],
  ],
)

const wire = [
  ...mutantsOf(
    'agent/contract/request/callback-url.ts',
    ['contract/request/callback-url'],
    [
      [
        'a host name is a place for answers',
        'isIpv6(address) : isIpv4(address)',
        "isIpv6(address) : address !== ''",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/contract/request/callback-headers.ts',
    ['contract/request/callback-headers', 'http/accept/answer-later'],
    [
      [
        'a url alone is answered in the response',
        "if (task === undefined) return refused('taskuuid', true)",
        "if (task === undefined) return { kind: 'now' }",
      ],
    ],
  ),
]

export const callbackMutants = [...late, ...table, ...place, ...wire]
