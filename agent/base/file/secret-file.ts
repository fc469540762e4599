/**
 * A file that holds a secret of the agent: read only where nobody else can have read or written it.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Secret } from '../text/secret.ts'

/** Far more than a key or a password has. */
const bytesMax = 65_536

/** As whom the agent runs. */
export interface Owner {
  readonly user: number
  readonly group: number
}

export type SecretFile =
  | { readonly kind: 'read'; readonly secret: Secret }
  /** The rule that is broken, in words of ours: nothing of the file is in it. */
  | { readonly kind: 'faulty'; readonly rule: string }

/** Never rejects, and waits for no pipe. */
export const readSecretFile = async (file: string, owner: Owner): Promise<SecretFile> =>
  await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    .then(async (handle) => await readOpen(handle, { ...owner, isCredential: isCredential(file) }))
    .catch((error: unknown) => ({
      kind: 'faulty',
      // The code alone: the message names the path, and the fault does so already.
      rule: `cannot be read (${String(Reflect.get(Object(error), 'code'))})`,
    }))

interface Reader extends Owner {
  readonly isCredential: boolean
}

/** Where systemd puts what LoadCredential= names; nobody but root makes anything there. */
const isCredential = (file: string): boolean => resolve(file).startsWith('/run/credentials/')

/** What is judged is what is read: the file that is open. */
const readOpen = async (handle: FileHandle, owner: Reader): Promise<SecretFile> => {
  try {
    const stat = await handle.stat()
    const rule = stat.isFile() ? brokenRule(stat, owner) : 'has to be a regular file'
    if (rule !== undefined) return { kind: 'faulty', rule }
    return { kind: 'read', secret: new Secret(await handle.readFile('utf8')) }
  } finally {
    await handle.close()
  }
}

/**
 * Whoever may write the file could put a key of his own there, and whoever may read it is the agent
 * to every suspect. Reading by the agent's own group is how packages ship such files (root, 0640).
 * A credential of systemd is root's with an entry of the agent in its access list, whose mask is
 * shown in the place of the mode of root's group.
 */
export const brokenRule = (
  stat: {
    readonly uid: number
    readonly gid: number
    readonly mode: number
    readonly size: number
  },
  { user, group, isCredential: isOfSystemd }: Reader,
): string | undefined => {
  if (stat.uid !== user && stat.uid !== 0)
    return 'has to belong to the user of the agent or to root'
  const others = stat.mode & 0o077
  const isOwnGroup = stat.gid === group || (isOfSystemd && stat.uid === 0 && stat.gid === 0)
  if (others !== 0 && !(others === 0o040 && isOwnGroup)) {
    return 'must be closed to everybody else (mode 0600 or 0400; 0640 where the group is that of the agent)'
  }
  return stat.size > bytesMax ? `must not be longer than ${bytesMax} bytes` : undefined
}

/** The user and the group that this process acts as. */
export const ownOwner = (): Owner => ({
  /* c8 ignore next 2 -- every system that it runs on has users and groups */
  user: process.geteuid?.() ?? -1,
  group: process.getegid?.() ?? -1,
})
