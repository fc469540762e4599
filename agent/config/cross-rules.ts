/** Rules that one property alone cannot break, and those that a schema cannot spell. */
import { parseAddressPort, parseHostPort } from '../base/net/host-port.ts'
import type { ConfigFault } from './config.ts'
import type { SettledConfig } from './defaults.ts'
import { loginFaults } from './login-rules.ts'
import { neighbourFaults } from './neighbour-rules.ts'
import { networkFaults } from './network-faults.ts'

export const crossFaults = ({
  http,
  callbacks,
  suspects,
  doctor,
  probe,
  neighbours,
  fence,
  ssh,
}: SettledConfig): readonly ConfigFault[] => [
  ...networkFaults('/callbacks/to', callbacks.to),
  ...networkFaults('/suspects/networks', suspects.networks),
  ...doctor.peers.flatMap((text, index) =>
    parseHostPort(text, undefined) === undefined
      ? [{ path: `/doctor/peers/${index}`, rule: 'has to be a host, with :PORT or without' }]
      : [],
  ),
  ...probe.witnesses.flatMap((text, index) =>
    parseAddressPort(text) === undefined
      ? [
          {
            path: `/probe/witnesses/${index}`,
            rule: 'has to be an IPv4 or IPv6 address, with :PORT or without',
          },
        ]
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
  ...(suspects.quarantine === 'optional' || suspects.quarantineSec > 0
    ? []
    : [
        {
          path: '/suspects/quarantineSec',
          rule: 'has to be above 0 where suspects.quarantine is "required"',
        },
      ]),
  ...loginFaults(ssh),
  ...neighbourFaults(neighbours, http.listeners),
]
