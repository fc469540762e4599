/**
 * The configuration reference: JSON Schema of `peerfence.json`. Closed, so that a misspelt word is
 * a fault and not a silent default. `x-unit` is the unit, `x-cost` what a change costs.
 */
import type { FromSchema } from 'json-schema-to-ts'
import { logLevels } from './config.ts'
import { callbacksSchema } from './schema-callbacks.ts'
import { httpSchema } from './schema-http.ts'
import { absolutePath } from './schema-parts.ts'
import { neighboursSchema } from './schema-neighbours.ts'
import { probeSchema } from './schema-probe.ts'
import { sshSchema } from './schema-ssh.ts'
import { suspectsSchema } from './schema-suspects.ts'

const fence = {
  type: 'object',
  additionalProperties: false,
  description: 'How long a fence may take and how long it looks.',
  properties: {
    holdMs: {
      type: 'integer',
      minimum: 50,
      maximum: 10_000,
      default: 300,
      description: 'How long to keep looking for a qemu that comes back after it was killed.',
      'x-unit': 'ms',
      'x-cost':
        'Higher delays every dead verdict by as much; lower misses more of what restarts the VM a moment later.',
    },
    budgetMaxSec: {
      type: 'integer',
      minimum: 1,
      maximum: 300,
      default: 300,
      description:
        'The longest budget that a request may ask for with sshTimeoutSec; a longer one is cut to it.',
      'x-unit': 's',
      'x-cost': 'Lower refuses slow hosts earlier; higher lets one request hold its place longer.',
    },
  },
} as const

const single = <const T extends object>(description: string, properties: T) =>
  ({ type: 'object', additionalProperties: false, description, properties }) as const

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    http: httpSchema,
    callbacks: callbacksSchema,
    ssh: sshSchema,
    fence,
    suspects: suspectsSchema,
    doctor: single('Which hosts `peerfence doctor` tries.', {
      peers: {
        type: 'array',
        maxItems: 1024,
        uniqueItems: true,
        items: { type: 'string', maxLength: 300 },
        default: [],
        description:
          'Hosts that this one may have to fence: an address or a name, with the port of sshd where that is not 22 ("10.0.0.7", "[fd77::7]:2222"). This very host may be among them, and is left out.',
        'x-unit': 'hosts',
        'x-cost':
          'A host that is missing is found broken on the day it matters; one that is gone for good fails every drill.',
      },
    }),
    probe: probeSchema,
    neighbours: neighboursSchema,
    journal: single('The record of what was done.', {
      file: {
        ...absolutePath,
        default: '/var/lib/peerfence/journal.jsonl',
        description:
          'Append-only file with one JSON record per line: intent before, outcome after.',
        'x-unit': 'path',
        'x-cost': 'Every fence waits for this disk twice; without it nothing is fenced.',
      },
    }),
    log: single('Messages to standard output.', {
      level: {
        type: 'string',
        enum: logLevels,
        default: 'info',
        description: 'The least severe level that is written. Verdicts are info or warn.',
        'x-unit': 'word',
        'x-cost':
          'Above info, the lines of verdicts that let a VM start elsewhere are lost; the journal keeps them.',
      },
    }),
    host: single('Who this host is to the management plane.', {
      uuid: {
        type: 'string',
        pattern: '^[A-Za-z0-9-]{0,64}$',
        default: '',
        description:
          'The uuid of this host. Empty: the host= line of /etc/zstack-uuids, where there is one.',
        'x-unit': 'uuid',
        'x-cost':
          'A wrong one turns away requests about another host, or lets one about this host pass the door.',
      },
    }),
    shutdownGraceSec: {
      type: 'integer',
      minimum: 0,
      maximum: 300,
      default: 25,
      description: 'How long a stopping agent lets fences run before it refuses what is left.',
      'x-unit': 's',
      'x-cost':
        'Keep it 10 s below TimeoutStopSec of the unit: answers that are sent later leave after it. Or systemd kills the agent before it has answered.',
    },
  },
} as const

/** The file as it was written: every section and property may be absent. */
export type ConfigFile = FromSchema<typeof configSchema, { keepDefaultedPropertiesOptional: true }>
