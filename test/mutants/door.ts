/** Breaks at the door: who may ask, and what for. */
import { mutantsOf } from './mutant.ts'
import type { Row } from './mutant.ts'

const at = (part: string, tests: readonly string[], rows: readonly Row[]) =>
  mutantsOf(`agent/${part}.ts`, tests, rows)

export const doorMutants = [
  ...at(
    'http/admit/authenticate',
    ['http/admit/authenticate', 'http/listen/listeners'],
    [
      [
        'the list of callers is not asked',
        'if (!knows(remoteAddress)) return',
        'if (false as boolean) return',
      ],
      [
        'a socket without an address is a unix socket',
        'isUnix || (address !== undefined &&',
        'isUnix || address === undefined || (address !== undefined &&',
      ],
      [
        'a certificate without one of the names is good',
        'if (name === undefined) return',
        'if (false as boolean) return',
      ],
      ['a socket that TLS did not prove is asked for its name', '&& socket.authorized', ''],
      [
        'a request without a token comes in',
        'if (bearer === undefined) return',
        'if (false as boolean) return',
      ],
    ],
  ),
  ...at(
    'http/admit/tokens',
    ['http/admit/tokens'],
    [
      [
        'a token of the same length is good',
        'timingSafeEqual(token.sha256, sha256)',
        'token.sha256.length === sha256.length',
      ],
    ],
  ),
  ...at(
    'http/admit/client-name',
    ['http/admit/client-name'],
    [['wildcards in certificates count', 'wildcards: false', 'wildcards: true']],
  ),
  ...at(
    'http/listen/listener',
    ['http/listen/listeners', 'http/listen/listener'],
    [
      ['no certificate is asked for', 'requestCert: ca !== undefined,', 'requestCert: false,'],
      [
        'certificates of strangers are good',
        'rejectUnauthorized: ca !== undefined,',
        'rejectUnauthorized: false,',
      ],
      ['requests that are sent ahead have no limit', '> openAnswersMax', '> 1e9'],
    ],
  ),
  ...at(
    'http/listen/listeners',
    ['http/listen/listeners'],
    [
      [
        'connections of replaced authorities stay',
        'if (then?.ca !== now?.ca) server',
        "if (then?.ca !== now?.ca && then?.cert === 'x') server",
      ],
      [
        'a reload with a fault changes what it can',
        'if (placesOf(fresh) !== placesOf(rules)) {',
        'if (false as boolean) {',
      ],
    ],
  ),
  ...at(
    'http/admit/admit',
    ['http/admit/admit', 'compose/agent'],
    [
      ['nobody asks too often', 'if (waitSec !== undefined) {', 'if (false as boolean) {'],
      [
        'who was refused comes in',
        "if (admission.kind === 'refused') {",
        "if ((admission.kind as string) === '') {",
      ],
    ],
  ),
  ...at(
    'http/accept/request-credentials',
    ['http/accept/request-credentials'],
    [['what is to be ignored is used', 'return { ...request, suspect }', 'return request']],
  ),
  ...at(
    'config/listeners',
    ['config/listeners'],
    [
      ['an open listener starts', 'if (isPrivate(at) || isGuarded) return faults', 'return faults'],
      ['the whole Internet is a list', 'cidr.prefix < prefixMin[cidr.family]', 'cidr.prefix < 0'],
      [
        'passwords come over plain HTTP',
        "(isShielded ? 'accept' : 'refuse')",
        "(isShielded ? 'accept' : 'accept')",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/config/sources.ts',
    ['config/load'],
    [
      [
        'a configuration that everybody may write starts',
        'if ((mode & 0o002) !== 0',
        'if (mode === 0',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/main.ts',
    ['main'],
    [['what never ended has succeeded', 'process.exitCode = exitCodes.notDone\n', '']],
  ),
]
