/** The section about which hosts may be fenced, and what is believed of them. See `schema.ts`. */
import { networkList } from './schema-parts.ts'

export const suspectsSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'Which hosts may be fenced.',
  properties: {
    networks: {
      ...networkList,
      default: [],
      description:
        'Networks of the hosts that may be fenced. Empty: every address but those of this host.',
      'x-unit': 'CIDR, or one address',
      'x-cost':
        'A host outside is turned away with 403. Where it is set, requests have to name addresses, not host names.',
    },
    allowLoopback: {
      type: 'boolean',
      default: false,
      description: 'Accept suspects on loopback: for tests and the demonstration without root.',
      'x-unit': 'true or false',
      'x-cost':
        'true removes the first guard against a host that is asked to judge itself. Never on a real host.',
    },
    pidNamespace: {
      type: 'string',
      enum: ['initial', 'nested'],
      default: 'initial',
      description:
        'Whether a suspect that shows only a nested pid namespace is accepted as a whole host.',
      'x-unit': 'word',
      'x-cost':
        '"nested" believes a container to be the host: a qemu outside of it is not seen. For tests only.',
    },
    pageCache: {
      type: 'string',
      enum: ['report', 'flush', 'refuse'],
      default: 'report',
      description:
        'What to do where the page cache of a suspect may hold writes of the dead VM for shared storage.',
      'x-unit': 'word',
      'x-cost':
        '"report" only says so in the evidence: the suspect may write them after the verdict. "flush" syncs the file systems and refuses until that has ended. "refuse" refuses for as long as one is mounted there.',
    },
    helpers: {
      type: 'string',
      enum: ['refuse', 'report'],
      default: 'refuse',
      description:
        'What to do where a program of the suspect that writes for the dead VM (vhost-user, NBD over a unix socket, FUSE) cannot be shown to have settled.',
      'x-unit': 'word',
      'x-cost':
        '"report" only says so in the evidence: such a program may write after the verdict. "refuse" refuses for as long as one hangs, keeps the connection, or is not found.',
    },
    sharedFileSystems: {
      type: 'array',
      maxItems: 32,
      items: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,31}$' },
      default: [],
      description:
        'Types of file systems that other hosts can mount, too, besides NFS, Ceph and others that always are: "xfs", where an xfs lies on a shared LUN.',
      'x-unit': 'words, as in /proc/mounts',
      'x-cost':
        'One that is not shared is flushed or refused for nothing; one that is missing may be written after the verdict.',
    },
    quarantine: {
      type: 'string',
      enum: ['optional', 'required'],
      default: 'optional',
      description:
        'Whether a VM counts as dead only while its suspect is shown to refuse to start it again: this very libvirt obeyed the hook of the package in a drill, and has answered since.',
      'x-unit': 'word',
      'x-cost':
        '"optional" says in the evidence that a start under way cannot be excluded; "required" refuses then (quarantine-not-proven): without the package there, after each restart of libvirt until the next drill, while libvirt hangs, and where none runs.',
    },
    quarantineSec: {
      type: 'integer',
      minimum: 0,
      maximum: 3600,
      default: 120,
      description:
        'How long a suspect that has the package refuses to start a fenced VM again, counted from the end of its fence. 0: not at all.',
      'x-unit': 's',
      'x-cost':
        'Longer, and a VM that is wanted back on that host waits, or has to be let in by hand there, as the error of libvirt says; shorter than a management plane takes to run it elsewhere and write that down, and it may start there once more.',
    },
    neverMet: {
      type: 'string',
      enum: ['accept', 'refuse'],
      default: 'accept',
      description:
        'Whether the silence of a host counts that this peer never had to do with: no key of it is pinned.',
      'x-unit': 'word',
      'x-cost':
        '"accept" takes an address that nobody has for a dead host, and says so in words; "refuse" refuses each host that was not met while it was well (never-met).',
    },
  },
} as const
