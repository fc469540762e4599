/**
 * The section about silence: how long it lasts, and who shows that this peer would have heard. See
 * `schema.ts`.
 */

export const probeSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'What silence has to be before it counts.',
  properties: {
    witnesses: {
      type: 'array',
      maxItems: 8,
      items: { type: 'string', maxLength: 64 },
      default: [],
      description:
        'Addresses of other machines that answer ARP and pings while the network works: one for each network and protocol (IPv4, IPv6) on which suspects have addresses. With a TCP port of it that takes connections ("10.0.1.9:22", "[fd77::9]:22") a machine vouches for routed suspects of its own subnet, too: those whose first 24 bits (IPv6: 64) are the same. Empty: the gateways.',
      'x-unit': 'addresses',
      'x-cost':
        'A witness that can be up while this peer is cut off from the suspects proves the wrong thing, and so does an address of a router; one that is down refuses every unreachable verdict.',
    },
    silenceSec: {
      type: 'integer',
      minimum: 1,
      maximum: 280,
      default: 15,
      description:
        'How long a host has to stay silent before that counts, and to the end of a longer budget. A request has to grant 2 s more.',
      'x-unit': 's',
      'x-cost':
        'Lower takes a switch that blocks a port for a while for a dead host (spanning tree: 30 s; below 10 is warned of); higher refuses requests that grant less (silence-too-short).',
    },
    routedSilence: {
      type: 'string',
      enum: ['refuse', 'accept'],
      default: 'refuse',
      description:
        'Whether silence counts where no ARP is asked: through a router, and over IPv6. With "accept" only beside a witness of the suspect\'s own subnet that answers pings and on its port.',
      'x-unit': 'word',
      'x-cost':
        '"accept" takes a host that is alive for dead where a firewall or a ban there drops this peer, or its sshd hangs behind a filtered ping; "refuse" never proves the silence of such a host.',
    },
  },
} as const
