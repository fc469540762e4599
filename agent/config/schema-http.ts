/** The section about who may ask, and where. See `schema.ts`. */
import { absolutePath, networkList } from './schema-parts.ts'

const tls = {
  type: 'object',
  additionalProperties: false,
  required: ['certificateFile', 'keyFile'],
  description: 'Speak TLS 1.2 or newer at this listener.',
  properties: {
    certificateFile: {
      ...absolutePath,
      description: 'The certificate of this host with its chain, in PEM.',
      'x-unit': 'path',
      'x-cost': 'Callers refuse to start a VM once it has expired; SIGHUP reads it anew.',
    },
    keyFile: {
      ...absolutePath,
      description: 'The private key of the certificate, in PEM, for nobody but the agent to read.',
      'x-unit': 'path',
      'x-cost': 'Whoever has it can pose as this host and answer for it.',
    },
    clientCaFile: {
      ...absolutePath,
      description: 'Callers have to show a certificate that one of these authorities signed.',
      'x-unit': 'path',
      'x-cost': 'Everybody with a certificate of them may ask, unless clientNames says which.',
    },
    clientNames: {
      type: 'array',
      maxItems: 64,
      // A dot in front would stand for every name below.
      items: { type: 'string', pattern: '^[^.*]', maxLength: 253 },
      description: 'Of those, only certificates with one of these common names or DNS names.',
      'x-unit': 'names',
      'x-cost': 'A name that is missing here is turned away with 403.',
    },
  },
} as const

const listener = {
  type: 'object',
  additionalProperties: false,
  required: ['at'],
  description: 'One place to listen at; all that it demands has to hold.',
  properties: {
    at: {
      type: 'string',
      maxLength: 128,
      description: '"127.0.0.1:7171", "[::1]:7171" or "unix:/path/of/socket".',
      'x-unit': 'address and TCP port, or the path of a unix socket',
      'x-cost':
        'An address other than loopback lets other machines ask for fences; it needs allowFrom, tokensFile or tls.clientCaFile.',
    },
    allowFrom: {
      ...networkList,
      minItems: 1,
      description: 'Networks whose addresses may ask here.',
      'x-unit': 'CIDR, or one address',
      'x-cost': 'Every machine in it may have any VM on any allowed suspect killed.',
    },
    tls,
    tokensFile: {
      ...absolutePath,
      description:
        'Callers have to send a bearer token whose SHA-256 stands in this file, which is closed to others.',
      'x-unit': 'path; a line is NAME, a space and 64 hexadecimal digits',
      'x-cost': 'Without tls a token crosses the network in clear text.',
    },
    serves: {
      type: 'string',
      enum: ['all', 'monitoring'],
      description:
        '"monitoring": /healthz, /readyz, /version, /metrics and /openapi.json alone. Unset: "all".',
      'x-unit': 'word',
      'x-cost':
        'With "all", whoever may read metrics here may also have VMs killed: give a scraper a listener of its own.',
    },
    requestCredentials: {
      type: 'string',
      enum: ['accept', 'ignore', 'refuse'],
      description:
        'What to do with a targetHostPassword or targetHostPrivateKey in a request. Unset: "accept" on loopback, a unix socket and with tls, else "refuse".',
      'x-unit': 'word',
      'x-cost':
        '"accept" without tls takes logins of hosts in clear text; "ignore" logs in with credentials of the agent alone; "refuse" turns such requests away.',
    },
    passedOn: {
      type: 'string',
      enum: ['accept', 'refuse'],
      description:
        'Whether callers may pass on fences that were asked of them, as agents do that have this one among their neighbours. Unset: "refuse".',
      'x-unit': 'word',
      'x-cost':
        '"accept" has an agent in trouble fence through this one; it needs tls.clientCaFile or tokensFile, so that it is known who passes on.',
    },
  },
} as const

export const httpSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'Who may ask, and where.',
  properties: {
    listeners: {
      type: 'array',
      minItems: 1,
      maxItems: 16,
      items: listener,
      default: [{ at: '127.0.0.1:7171' }, { at: 'unix:/run/peerfence/peerfence.sock' }],
      description: 'Where to listen, and what each place demands of its callers.',
      'x-unit': 'list of listeners',
      'x-cost': 'A loopback listener that demands nothing is open to every user of this host.',
    },
    inFlightMax: {
      type: 'integer',
      minimum: 1,
      maximum: 16_384,
      default: 2048,
      description: 'Fences at the same time; one more is answered 503 with Retry-After.',
      'x-unit': 'requests',
      'x-cost': 'Higher costs memory while a host full of VMs fails; lower turns its VMs away.',
    },
    inFlightPerSuspectMax: {
      type: 'integer',
      minimum: 1,
      maximum: 16_384,
      default: 1024,
      description: 'Of those, for one suspect; one more is answered 503 with Retry-After.',
      'x-unit': 'requests',
      'x-cost': 'Higher lets one host that fails take the places of all others.',
    },
    inFlightPerCallerMax: {
      type: 'integer',
      minimum: 1,
      maximum: 16_384,
      default: 1024,
      description: 'Of those, for one caller; one more is answered 429 with Retry-After.',
      'x-unit': 'requests',
      'x-cost': 'Higher lets one caller take the places of all others.',
    },
    requestsPerMinuteMax: {
      type: 'integer',
      minimum: 10,
      maximum: 1_000_000,
      default: 6000,
      description:
        'Requests of one address in a minute, all at once if it likes; one more is answered 429.',
      'x-unit': 'requests',
      'x-cost': 'Below the number of VMs on the fullest host, some of them are turned away.',
    },
  },
} as const
