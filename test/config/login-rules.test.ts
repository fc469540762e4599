import { test } from 'tap'
import { parseConfig } from '../../agent/config/load.ts'

const faultsOf = (logins: readonly object[], identityFiles: readonly string[] = []) => {
  const parsed = parseConfig({ ssh: { logins, identityFiles } }, {})
  return parsed.kind === 'faulty' ? parsed.faults.map(({ path, rule }) => `${path}: ${rule}`) : []
}

test('entries of ssh.logins', async (t) => {
  const key = { identityFiles: ['/k'] }
  type Row = readonly [string, readonly string[], readonly object[], (readonly string[])?]
  const rows: readonly Row[] = [
    ['a key', [], [{ hosts: ['10.1.0.0/16', 'fd00::1', '*.rack1.example'], ...key }]],
    ['a password', [], [{ hosts: ['*'], passwordFile: '/p' }]],
    ['a user, and keys for everybody', [], [{ hosts: ['a'], user: 'fence' }], ['/k']],
    [
      'everything',
      [],
      [{ hosts: ['a'], user: 'f', passwordFile: '/p', program: 'installed', ...key }],
    ],
    ['no hosts', ['/ssh/logins/0: must have required property'], [key]],
    [
      'an empty list of hosts',
      ['/ssh/logins/0/hosts: must NOT have fewer than 1'],
      [{ hosts: [], ...key }],
    ],
    [
      'hosts that are neither networks nor names',
      ['/ssh/logins/1/hosts/1: has to be a network', '/ssh/logins/1/hosts/2: has to be a network'],
      [
        { hosts: ['a'], ...key },
        { hosts: ['a', '10.0.0.*', '10.0.0.0/99'], ...key },
      ],
    ],
    [
      'an unknown word',
      ['/ssh/logins/0/keys: no such property'],
      [{ hosts: ['a'], keys: 1, ...key }],
    ],
    [
      'a program of another word',
      ['/ssh/logins/0/program: .*: sent, installed'],
      [{ hosts: ['a'], program: 'there', ...key }],
    ],
    [
      'nothing but hosts',
      ['/ssh/logins/0: has to have at least one of user,'],
      [{ hosts: ['a'] }],
      ['/k'],
    ],
    [
      'a program, and nothing to log in with of its own',
      ['/ssh/logins/0: has to have at least one of user,'],
      [{ hosts: ['a'], program: 'installed' }],
      ['/k'],
    ],
    [
      'a user and no key anywhere',
      ['/ssh/logins/0: has a user and nothing'],
      [{ hosts: ['a'], user: 'f' }],
    ],
    [
      'an empty list of keys',
      ['/ssh/logins/0/identityFiles: must NOT'],
      [{ hosts: ['a'], identityFiles: [] }],
    ],
    [
      'more keys than sshd listens to',
      ['/ssh/logins/0/identityFiles: must NOT have more than 4'],
      [{ hosts: ['a'], identityFiles: ['/1', '/2', '/3', '/4', '/5'] }],
    ],
    [
      'the same, for everybody',
      ['/ssh/identityFiles: must NOT have more than 4'],
      [],
      Array(5).fill('/k') as string[],
    ],
    [
      'a user that is an option',
      ['/ssh/logins/0/user: must match'],
      [{ hosts: ['a'], user: '-oX', ...key }],
    ],
    [
      'a file that is not absolute',
      ['/ssh/logins/0/passwordFile: must match'],
      [{ hosts: ['a'], passwordFile: 'p' }],
    ],
  ]
  for (const [what, rules, logins, files] of rows) {
    const faults = faultsOf(logins, files)
    t.equal(faults.length, rules.length, `${what}: ${faults.join('; ')}`)
    for (const [index, rule] of rules.entries()) t.match(faults[index], new RegExp(rule), what)
  }
})
