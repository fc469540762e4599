import { readFile } from 'node:fs/promises'
import type { OwnIdentity } from './program.ts'

export const ownIdentityFiles = {
  machineId: '/etc/machine-id',
  bootId: '/proc/sys/kernel/random/boot_id',
} as const

/**
 * Who this host is, so that the program on a suspect can tell that the suspect is this host.
 * Rejects where that cannot be read: an agent that cannot tell must not start.
 */
export const readOwnIdentity = async (
  files: { readonly machineId: string; readonly bootId: string } = ownIdentityFiles,
): Promise<OwnIdentity> => {
  return { machineId: await readId(files.machineId), bootId: await readId(files.bootId) }
}

const readId = async (file: string): Promise<string> => {
  const text = (await readFile(file, 'utf8')).trim()
  if (!/^[0-9a-f-]{32,64}$/.test(text)) throw new Error(`${file} holds no id of this host`)
  return text
}
