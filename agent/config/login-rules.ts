/** What the schema cannot spell about `ssh.logins`. The files themselves are read at start. */
import { parseCidr } from '../base/net/cidr.ts'
import { parseNamePattern } from '../base/net/name-pattern.ts'
import type { Config, ConfigFault, LoginConfig } from './config.ts'

export const loginFaults = ({ logins, identityFiles }: Config['ssh']): readonly ConfigFault[] =>
  logins.flatMap((login, index) => [
    ...hostFaults(`/ssh/logins/${index}/hosts`, login.hosts),
    ...credentialFaults(`/ssh/logins/${index}`, login, identityFiles),
  ])

const hostFaults = (path: string, hosts: readonly string[]): readonly ConfigFault[] =>
  hosts.flatMap((text, index) =>
    parseCidr(text) === undefined && parseNamePattern(text) === undefined
      ? [
          {
            path: `${path}/${index}`,
            rule: 'has to be a network such as 10.1.0.0/16, an address, or a name such as *.rack1.example',
          },
        ]
      : [],
  )

const credentialFaults = (
  path: string,
  { user, identityFiles, passwordFile }: LoginConfig,
  everybodys: readonly string[],
): readonly ConfigFault[] => {
  if (identityFiles !== undefined || passwordFile !== undefined) return []
  if (user === undefined) {
    return [{ path, rule: 'has to have at least one of user, identityFiles and passwordFile' }]
  }
  return everybodys.length > 0
    ? []
    : [
        {
          path,
          rule: 'has a user and nothing to log in with: neither keys or a password of its own nor ssh.identityFiles',
        },
      ]
}
