/** The section about other agents that fence in the place of this one. See `schema.ts`. */
import { absolutePath } from './schema-parts.ts'

const neighbour = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  description: 'One agent on another host, which takes fences that this one passes on.',
  properties: {
    url: {
      type: 'string',
      maxLength: 300,
      description: '"https://kvm-2:7171": a name or an address, with its port.',
      'x-unit': 'url without a path',
      'x-cost': 'Deaths are believed of whoever answers there with a certificate for that name.',
    },
    domain: {
      type: 'string',
      pattern: '^[0-9A-Za-z._-]{1,64}$',
      description: 'What fails together with it: a rack, a switch. One of each is asked first.',
      'x-unit': 'word',
      'x-cost': 'Two agents behind one broken switch are asked in vain.',
    },
    caFile: {
      ...absolutePath,
      description:
        'The authorities that signed its certificate, in PEM. Unset: those of the system.',
      'x-unit': 'path',
      'x-cost': 'Whoever they sign a certificate for that name for can pose as it. Read at start.',
    },
    certificateFile: {
      ...absolutePath,
      description: 'The certificate that this agent shows it, in PEM.',
      'x-unit': 'path',
      'x-cost': 'It turns this agent away once that has expired. Read at start.',
    },
    keyFile: {
      ...absolutePath,
      description: 'The private key of that certificate, for nobody but the agent to read.',
      'x-unit': 'path',
      'x-cost': 'Whoever has it can have VMs killed there. Read at start.',
    },
    tokenFile: {
      ...absolutePath,
      description: 'A file with the bearer token for it, for nobody but the agent to read.',
      'x-unit': 'path',
      'x-cost': 'Whoever has it can have VMs killed there. Read at start.',
    },
  },
} as const

export const neighboursSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'Who is asked to fence where the own way to a suspect fails before a login.',
  properties: {
    agents: {
      type: 'array',
      maxItems: 64,
      items: neighbour,
      default: [],
      description:
        'Other agents. Empty: nobody is asked. Each needs a listener there with passedOn "accept", and keys for the suspects.',
      'x-unit': 'list of agents',
      'x-cost': 'A confirmed death is believed of each of them.',
    },
    ask: {
      type: 'integer',
      minimum: 1,
      maximum: 8,
      default: 2,
      description: 'How many of them are asked about a suspect, at once.',
      'x-unit': 'agents',
      'x-cost': 'Each is one more login at a host that may be sick.',
    },
    ownPercent: {
      type: 'integer',
      minimum: 5,
      maximum: 80,
      default: 25,
      description:
        'How much of the budget the own way has for itself before others are asked beside it, where it does not fail earlier.',
      'x-unit': '% of what is left of sshTimeoutSec',
      'x-cost': 'Higher leaves them less time; lower asks them about hosts that are just slow.',
    },
  },
} as const
