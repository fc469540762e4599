/** Breaks in what pins a host key. */
import { mutantsOf } from './mutant.ts'

export const trustMutants = [
  ...mutantsOf(
    'agent/suspect/host-key/known-hosts.ts',
    ['suspect/host-key/known-hosts', 'fuzz/known-hosts'],
    [
      [
        'a line that lost its key leaves its host unknown',
        'if (names === undefined) return undefined',
        "if (names === undefined || base64 === '') return undefined",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/trust/trust-decision.ts',
    ['cli/trust/trust-decision', 'cli/trust/trust-host'],
    [
      ['a revoked key is pinned', "is === 'revoked'", "is === 'changed' && mayReplace"],
      [
        'a changed key is pinned like a new one',
        'if (isChanged && !mayReplace) {',
        'if (false as boolean) {',
      ],
      [
        'any fingerprint will do',
        'one.fingerprint === fingerprint',
        'one.fingerprint !== fingerprint',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/trust/trust-host.ts',
    ['cli/trust/trust-host'],
    [
      ['any answer is a yes', "answer === 'yes'", "answer !== 'no'"],
      [
        'what was written since the question is written over',
        'if (!isSame(now, standings)) return',
        'if (now.length === 0) return',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/host-key/known-hosts-edit.ts',
    ['suspect/host-key/known-hosts-edit', 'cli/trust/trust-list'],
    [
      [
        'a host that leaves a line takes the others with it',
        "if (others.every((name) => name.startsWith('!'))) return []",
        'return []',
      ],
      ['a revocation is removed', 'if (entry.isRevoked || !', 'if (!'],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/login/offered-keys.ts',
    ['suspect/login/offered-keys'],
    [
      [
        'a host that broke off has shown all',
        "if (keys.length > 0 && endOf(opened) === 'handshake-failed') break",
        'if (keys.length > 0) break',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/host-key/known-hosts-import.ts',
    ['suspect/host-key/known-hosts-import'],
    [
      [
        'another key is imported beside the known one',
        'against.length === 0 ? next : mayReplace',
        'against.length >= 0 ? next : mayReplace',
      ],
      [
        'a faulty line is left out and the rest written',
        'lines.some(isFault) ? undefined : next',
        'next',
      ],
    ],
  ),
]
