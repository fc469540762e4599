/** What a fence needs of this host, as checks that look and change nothing. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from '../config/config.ts'
import type { ReadinessCheck } from '../http/routes/readiness.ts'
import type { FileJournal } from '../journal/journal.ts'
import { createKnownHostsFile } from '../suspect/host-key/known-hosts-file.ts'
import { readLogins } from '../suspect/login/logins.ts'
import { ownOwner } from '../base/file/secret-file.ts'

export const readinessChecks = (
  { ssh }: Pick<Config, 'ssh'>,
  journal: Pick<FileJournal, 'faults'>,
  may: MayWrite = mayWrite,
): readonly ReadinessCheck[] => [
  journal.faults,
  // They were read at the start and are used from memory: without them the next start fails.
  async () => {
    const read = await readLogins(ssh, ownOwner())
    return read.kind === 'read' ? [] : read.faults.map(({ path, rule }) => `${path}: ${rule}`)
  },
  async () => {
    const { kind } = await createKnownHostsFile(ssh.knownHostsFile).read()
    if (kind === 'unreadable') return ['/ssh/knownHostsFile: is there and cannot be read']
    const mayRecord =
      ssh.hostKeyPolicy === 'strict' || (await isWritable(dirname(ssh.knownHostsFile), may))
    return mayRecord ? [] : ['/ssh/knownHostsFile: its folder cannot be written']
  },
]

/** A folder that is not there yet is made with its first file. */
const isWritable = async (folder: string, may: MayWrite): Promise<boolean> => {
  const here = await may(folder)
  return here === 'yes' || (here === 'absent' && (await may(dirname(folder))) === 'yes')
}

/** A test puts another in its place: root may write everywhere. */
export type MayWrite = (folder: string) => Promise<'yes' | 'no' | 'absent'>

export const mayWrite: MayWrite = async (folder) =>
  await access(folder, constants.W_OK).then(
    () => 'yes',
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? 'absent' : 'no'),
  )
