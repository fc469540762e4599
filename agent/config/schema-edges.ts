/** The sections of the configuration about who may ask, and how suspects are reached. See `schema.ts`. */

export const networkList = {
  type: 'array',
  maxItems: 256,
  items: { type: 'string', maxLength: 64 },
} as const
export const absolutePath = { type: 'string', pattern: '^/[^\\u0000]*$', maxLength: 1024 } as const

export const httpSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'Who may ask, and where.',
  properties: {
    listen: {
      type: 'string',
      maxLength: 128,
      default: '127.0.0.1:7171',
      description: 'Where to listen: "127.0.0.1:7171", "[::1]:7171" or "unix:/path/of/socket".',
      'x-unit': 'address and TCP port, or the path of a unix socket',
      'x-cost':
        'An address other than loopback lets other machines ask for fences, in clear text; it needs http.allowFrom.',
    },
    allowFrom: {
      ...networkList,
      default: [],
      description:
        'Networks whose addresses may ask. Empty: everybody who reaches a loopback or unix listener.',
      'x-unit': 'CIDR, or one address',
      'x-cost': 'Every machine in it may have any VM on any allowed suspect killed.',
    },
    inFlightMax: {
      type: 'integer',
      minimum: 1,
      maximum: 4096,
      default: 512,
      description: 'Fences at the same time; one more is answered 503 with Retry-After.',
      'x-unit': 'requests',
      'x-cost': 'Higher costs memory while a host full of VMs fails; lower turns its VMs away.',
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
