/**
 * What `fence_peerfence` takes: one table for standard input, the command line, the metadata and
 * the help.
 */
import type { Options } from '../subcommand.ts'

export interface Parameter {
  /** As on standard input; with dashes for underscores it is the long option. */
  readonly name: string
  readonly short?: string
  /** The name that older configurations have for it; on standard input alone. */
  readonly obsoletes?: string
  readonly type: 'boolean' | 'string' | 'integer' | 'second'
  /** What stands for the value in the help; only of what is no boolean. */
  readonly value?: string
  readonly isRequired?: boolean
  readonly default?: string
  readonly help: string
  /** What a configuration tool shows beside it. */
  readonly more?: string
}

export const actions = [
  'off',
  'status',
  'monitor',
  'list',
  'list-status',
  'validate-all',
  'metadata',
] as const
export type Action = (typeof actions)[number]

export const parameters: readonly Parameter[] = [
  {
    name: 'action',
    short: 'o',
    type: 'string',
    value: 'ACTION',
    isRequired: true,
    help: actions.join(', '),
    more: 'reboot and on are refused: Pacemaker takes off for reboot.',
  },
  {
    name: 'ip',
    short: 'a',
    obsoletes: 'ipaddr',
    type: 'string',
    value: 'HOST[+ADDRESS...][,...]',
    isRequired: true,
    help: 'EVERY host on which the VM may run; + joins further addresses of one host',
    more: 'A host that is left out is not looked at, and off succeeds while the VM runs there.',
  },
  {
    name: 'plug',
    short: 'n',
    obsoletes: 'port',
    type: 'string',
    value: 'VM',
    isRequired: true,
    help: 'the uuid of the VM, or a name in vm_map',
  },
  {
    name: 'vm_map',
    type: 'string',
    value: 'NAME:UUID[;...]',
    help: 'the VMs of this device, as in pcmk_host_map; no other is fenced then',
    more: 'plug may be one of the names. list prints them.',
  },
  {
    name: 'username',
    short: 'l',
    obsoletes: 'login',
    type: 'string',
    value: 'USER',
    default: 'root',
    help: 'whom the peer logs in as, with credentials of its own',
    more: 'A password is never taken from here: give the peer a key (ssh.identityFiles, ssh.logins).',
  },
  {
    name: 'ipport',
    short: 'u',
    type: 'integer',
    value: 'N',
    default: '22',
    help: 'the port of sshd on the hosts',
  },
  {
    name: 'via',
    type: 'string',
    value: 'PEER[@DOMAIN][,...]',
    help: 'whom to ask, in this order; the agent of this machine if not given',
    more: '10.0.0.2:7171, https://kvm-2:7171 or unix:/PATH. The next one is asked only where one gave no verdict, never after one that refuses.',
  },
  {
    name: 'token_file',
    type: 'string',
    value: 'FILE',
    help: 'a file with the bearer token of the peers',
  },
  {
    name: 'ca',
    type: 'string',
    value: 'FILE',
    help: 'a file with the authorities for the certificates of the peers',
  },
  {
    name: 'cert',
    type: 'string',
    value: 'FILE',
    help: 'a file with our certificate, with key',
  },
  {
    name: 'key',
    type: 'string',
    value: 'FILE',
    help: 'a file with the key of our certificate',
  },
  {
    name: 'timeout',
    type: 'second',
    value: 'SEC',
    default: '20',
    help: 'the time of one fence by one peer, in seconds',
    more: 'pcmk_off_timeout has to be longer than timeout + 10 for each peer of via together; validate-all tells the sum.',
  },
  {
    name: 'unreachable_is_off',
    type: 'boolean',
    default: '0',
    help: 'DANGEROUS: off succeeds where a host is silent on every path',
    more: 'A host that lost all its networks, and still writes to its disks, looks the same as one without power, and two VMs on one disk destroy it. Only where something else cuts storage or power of a silent host. A VM that is alive, or not proven dead, is a failure with it, too.',
  },
  {
    name: 'quorum',
    type: 'integer',
    value: 'N',
    default: '1',
    help: 'how many peers have to call a host unreachable, for unreachable_is_off',
  },
  {
    name: 'verbose',
    short: 'v',
    type: 'boolean',
    default: '0',
    help: 'show the chain of evidence',
  },
]

export const optionOf = (name: string): string => name.replaceAll('_', '-')

/** As the command line takes them. */
export const options: Options = Object.fromEntries(
  parameters.map(({ name, short, type, value, help }) => [
    optionOf(name),
    {
      type: type === 'boolean' ? 'boolean' : 'string',
      help,
      ...(short === undefined ? {} : { short }),
      ...(value === undefined ? {} : { value }),
    },
  ]),
)
