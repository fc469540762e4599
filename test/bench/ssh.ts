/** OpenSSH's client with the lab's key and no settings of this machine. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const key = join(process.env['LAB_DIR'] ?? '', 'client_key')

export const sshOptions = [
  'BatchMode=yes',
  'StrictHostKeyChecking=no',
  'LogLevel=ERROR',
  'UserKnownHostsFile=/dev/null',
  'GlobalKnownHostsFile=/dev/null',
].flatMap((option) => ['-o', option])

/**
 * Whatever the command ends with: only the time counts here, the truth is looked at from outside.
 */
export const anyEnd = async (program: string, args: readonly string[]): Promise<string> => {
  try {
    return (await run(program, args, { timeout: 60_000 })).stdout
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  }
}

export const ssh = async (
  address: string,
  command: string,
  ...options: readonly string[]
): Promise<undefined> => {
  const login = ['-F', 'none', '-i', key, ...sshOptions, ...options, `root@${address}`]
  await anyEnd('ssh', [...login, command])
}
