/** Rules that one property alone cannot break, and those that a schema cannot spell. */
import { isIP } from 'node:net'
import { parseCidr } from '../domain/cidr.ts'
import type { ListenAddress } from '../http/listen.ts'
import type { ConfigFault } from './config.ts'
import type { SettledConfig } from './defaults.ts'
import { isPrivate } from './listen-address.ts'

export const crossFaults = (
  { http, suspects, probe, fence, ssh }: SettledConfig,
  listen: ListenAddress | undefined,
): readonly ConfigFault[] => [
  ...(listen === undefined
    ? [
        {
          path: '/http/listen',
          rule: 'has to be "ADDRESS:PORT" with a literal address, "[ADDRESS]:PORT" or "unix:/PATH"',
        },
      ]
    : openListenerFaults(listen, http.allowFrom)),
  ...networkFaults('/http/allowFrom', http.allowFrom),
  ...networkFaults('/suspects/networks', suspects.networks),
  ...probe.witnesses.flatMap((text, index) =>
    isIP(text) === 0
      ? [{ path: `/probe/witnesses/${index}`, rule: 'has to be an IPv4 or IPv6 address' }]
      : [],
  ),
  ...(fence.budgetMaxSec * 1000 > ssh.connectWindowMs
    ? []
    : [
        {
          path: '/fence/budgetMaxSec',
          rule: 'has to be longer than ssh.connectWindowMs, or silence can never be proven',
        },
      ]),
]

const openListenerFaults = (
  listen: ListenAddress,
  allowFrom: readonly string[],
): readonly ConfigFault[] =>
  isPrivate(listen) || allowFrom.length > 0
    ? []
    : [
        {
          path: '/http/allowFrom',
          rule: 'must not be empty while http.listen is reachable from other machines: list the management nodes, or listen on 127.0.0.1, ::1 or a unix socket',
        },
      ]

const networkFaults = (path: string, networks: readonly string[]): readonly ConfigFault[] =>
  networks.flatMap((text, index) =>
    parseCidr(text) === undefined
      ? [
          {
            path: `${path}/${index}`,
            rule: 'has to be a network such as 10.0.0.0/8, or an address',
          },
        ]
      : [],
  )
