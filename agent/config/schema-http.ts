/** The section about who may ask, and where. See `schema.ts`. */
import { networkList } from './schema-parts.ts'

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
