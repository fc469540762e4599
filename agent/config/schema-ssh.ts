/** The section about how suspects are reached. See `schema.ts`. */
import { absolutePath } from './schema-parts.ts'

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
    hostKeyPolicy: {
      type: 'string',
      enum: ['accept-new', 'strict'],
      default: 'accept-new',
      description:
        'What to do with a host whose key is not known yet. A changed key is always refused.',
      'x-unit': 'word',
      'x-cost':
        '"accept-new" trusts the first contact; "strict" refuses every host whose key was not put into knownHostsFile.',
    },
    knownHostsFile: {
      ...absolutePath,
      default: '/var/lib/peerfence/known_hosts',
      description: 'Known host keys, in the format of OpenSSH. Written to under "accept-new".',
      'x-unit': 'path',
      'x-cost': 'A new file forgets every known key.',
    },
    identityFiles: {
      type: 'array',
      maxItems: 16,
      items: absolutePath,
      default: [],
      description: 'Private keys of the agent itself, used where a request brings no credential.',
      'x-unit': 'paths',
      'x-cost':
        'Each key is offered in turn; sshd ends the login after MaxAuthTries, 6 by default.',
    },
  },
} as const
