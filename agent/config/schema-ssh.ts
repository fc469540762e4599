/** The section about how suspects are reached. See `schema.ts`. */
import { userPattern } from '../base/net/login-user.ts'
import { absolutePath } from './schema-parts.ts'

/**
 * sshd gives up after six failures (MaxAuthTries). Four keys leave one for the password and one for
 * keyboard-interactive; a fifth would never be offered, or cost the password its turn.
 */
const identityFiles = { type: 'array', maxItems: 4, items: absolutePath } as const

const login = {
  type: 'object',
  additionalProperties: false,
  required: ['hosts'],
  properties: {
    hosts: {
      type: 'array',
      minItems: 1,
      maxItems: 256,
      items: { type: 'string', maxLength: 253 },
      description:
        'Networks or addresses ("10.1.0.0/16"), for suspects that a request names by address, and names with * for any characters ("*.rack1.example"), for those that it names by name.',
      'x-unit': 'networks, addresses, names',
      'x-cost':
        'The first entry that names any address of a suspect has to name all that the request gives, or the suspect is refused.',
    },
    user: {
      type: 'string',
      pattern: userPattern,
      description: 'Whom to log in as, in the place of the user of the request.',
      'x-unit': 'user',
      'x-cost': 'The password and the key of the request belong to another user and are not used.',
    },
    identityFiles: {
      ...identityFiles,
      minItems: 1,
      description:
        'Private keys for these suspects. Without these and a password file: ssh.identityFiles.',
      'x-unit': 'paths',
      'x-cost': 'As ssh.identityFiles.',
    },
    passwordFile: {
      ...absolutePath,
      description:
        'A file with the password for these suspects, in one line. Same rules as for keys.',
      'x-unit': 'path',
      'x-cost':
        'A suspect that is not the one it seems learns a password; of a key it learns nothing.',
    },
    program: {
      type: 'string',
      enum: ['sent', 'installed'],
      default: 'sent',
      description:
        '"installed": these suspects have the program behind a forced command, and get the request alone.',
      'x-unit': 'word',
      'x-cost':
        '"installed" uses nothing of the request to log in, and refuses a program of another version: upgrade suspects and peers together.',
    },
  },
} as const

export const sshSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'How to log in to suspects.',
  properties: {
    connectWindowMs: {
      type: 'integer',
      minimum: 3500,
      maximum: 15_000,
      default: 4500,
      description: 'How long a TCP connection may stay unanswered before it counts as silent.',
      'x-unit': 'ms',
      'x-cost':
        'At least three SYNs have to fit (sent at 0, 1 and 3 s): below the minimum one lost packet would look like a dead host. Higher delays every unreachable verdict.',
    },
    sessionKeepMs: {
      type: 'integer',
      minimum: 0,
      maximum: 60_000,
      default: 5_000,
      description:
        'How long a session with a suspect stays open after its last fence, for the next one. A suspect with a host name is looked up anew each time.',
      'x-unit': 'ms',
      'x-cost':
        'Higher holds an sshd process of the suspect for as long; at 0 each fence that finds no session open logs in anew.',
    },
    hostKeyPolicy: {
      type: 'string',
      enum: ['accept-new', 'strict'],
      default: 'accept-new',
      description:
        'What to do with a host whose key is not known yet. A changed key is always refused.',
      'x-unit': 'word',
      'x-cost':
        '"accept-new" lets a first contact in, which stays unconfirmed until `peerfence trust`, a drill, or a host uuid that it shows; "strict" refuses every host whose key was not put into knownHostsFile.',
    },
    knownHostsFile: {
      ...absolutePath,
      default: '/var/lib/peerfence/known_hosts',
      description:
        'Known host keys, in the format of OpenSSH. Written to under "accept-new" and by `peerfence trust`; its folder has to be writable. Beside it lies FILE.confirmed: which hosts were confirmed.',
      'x-unit': 'path',
      'x-cost': 'A new file forgets every known key, and with FILE.confirmed every confirmed host.',
    },
    identityFiles: {
      ...identityFiles,
      default: [],
      description:
        'Private keys of the agent itself, used where a request brings no key and no entry of logins names the suspect. Regular files of the agent’s user or root, closed to others (0600, or 0640 in the agent’s own group), without a passphrase; read at start.',
      'x-unit': 'paths',
      'x-cost':
        'Each key is offered in turn; sshd ends the login after MaxAuthTries, 6 by default.',
    },
    logins: {
      type: 'array',
      maxItems: 64,
      items: login,
      default: [],
      description:
        'How to log in to some of the suspects. The first entry that names a suspect counts.',
      'x-unit': 'entries',
      'x-cost':
        'A request’s own key and password go before those of an entry, unless that has a user or says "installed".',
    },
  },
} as const
