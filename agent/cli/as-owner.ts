/** Writing as the agent's own user, where root was asked to. */
import { stat } from 'node:fs/promises'

/**
 * Root works in the folder as its owner: what it makes there can be read by the agent, and nothing
 * that the agent's user may have planted there (a link) makes root write somewhere else.
 */
export const asOwnerOf = async <T>(folder: string, work: () => Promise<T>): Promise<T> => {
  const owner = await ownerOf(folder)
  const { geteuid, seteuid, setegid } = process
  /* c8 ignore next -- Linux has them all */
  if (geteuid === undefined || seteuid === undefined || setegid === undefined) return await work()
  if (geteuid() !== 0 || owner === undefined || owner.uid === 0) return await work()
  setegid(owner.gid)
  seteuid(owner.uid)
  try {
    return await work()
  } finally {
    seteuid(0)
    setegid(0)
  }
}

const ownerOf = async (folder: string): Promise<{ uid: number; gid: number } | undefined> => {
  try {
    return await stat(folder)
  } catch {
    // Not there yet: the store makes it, or says that it cannot.
    return undefined
  }
}
