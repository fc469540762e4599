/**
 * The tokens file on disk: one writer at a time, whole or not at all, and readable for the agent
 * alone.
 */
import { stat } from 'node:fs/promises'
import { readText, realFile, replaceText } from '../../base/file/durable-file.ts'
import type { Owned } from '../../base/file/durable-file.ts'
import { withLock } from '../../base/file/file-lock.ts'
import type { TokenEdit } from './token-edit.ts'

const bytesMax = 65_536

/** Empty where it is not there yet. Throws where it cannot be read. */
export const readTokensFile = async (file: string): Promise<string> => {
  const text = await readText(file, bytesMax)
  if (text === undefined) throw new Error(`${file} is longer than ${bytesMax} bytes`)
  return text
}

/**
 * Undefined once the new text is on disk, else why it is not. `stateFolder` belongs to the agent.
 */
export const editTokensFile = async (
  file: string,
  stateFolder: string,
  edit: (text: string) => TokenEdit,
): Promise<string | undefined> => {
  const real = await realFile(file)
  const edited = await withLock(real, async () => {
    const next = edit(await readTokensFile(real))
    if (next.kind === 'refused') return next.because
    await replaceText(real, next.text, await ownedFor(real, stateFolder))
    return ''
  })
  if (edited === undefined) return 'somebody else writes it at this moment'
  return edited === '' ? undefined : edited
}

/**
 * As root: root's, and for the group of the agent to read, so that the agent cannot let anybody in
 * by itself. The agent is who owns its state folder. As anybody else: one's own.
 */
const ownedFor = async (file: string, stateFolder: string): Promise<Owned> => {
  const { geteuid, getegid } = process
  /* c8 ignore next 2 -- every system that it runs on has users and groups */
  const uid = geteuid?.() ?? 0
  const gid = getegid?.() ?? 0
  if (uid !== 0) return { uid, gid, mode: 0o600 }
  const agent = await stat(stateFolder).catch(() => undefined)
  if (agent === undefined || agent.uid === 0) return { uid: 0, gid: 0, mode: 0o600 }
  const before = await stat(file).catch(() => undefined)
  return { uid: before?.uid === agent.uid ? agent.uid : 0, gid: agent.gid, mode: 0o640 }
}
