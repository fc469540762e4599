import { userInfo } from 'node:os'
import type { Terminal } from './subcommand.ts'

/** Who sits at the command line, for the journal: behind sudo, whoever called it. */
export const whoAsks = ({ env }: Pick<Terminal, 'env'>): string => {
  const name = env['SUDO_USER'] ?? ''
  return (name === '' ? ownName() : name).replaceAll(/[^A-Za-z0-9._-]/g, '?').slice(0, 64)
}

const ownName = (): string => {
  try {
    return userInfo().username
  } catch {
    // A user without an entry in passwd.
    return 'somebody'
  }
}
