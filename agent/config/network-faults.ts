import { parseCidr } from '../base/net/cidr.ts'
import type { ConfigFault } from './config.ts'

/** One fault for each text of the list at `path` that is no network. */
export const networkFaults = (path: string, networks: readonly string[]): readonly ConfigFault[] =>
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
