/** What of this host would keep an agent from starting: files, addresses, the journal's folder. */
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { ownOwner } from '../base/file/secret-file.ts'
import type { Owner } from '../base/file/secret-file.ts'
import type { Config, ConfigFault } from '../config/config.ts'
import { readListenerFiles } from '../http/admit/listener-files.ts'
import type { ListenerRule } from '../http/admit/listener-rule.ts'
import { readNeighbour } from '../neighbours/read-neighbours.ts'
import { readLogins } from '../suspect/login/logins.ts'

/**
 * Every fault at once, as the user of this process sees it. Changes nothing and waits for nobody;
 * an address that is in use is none, for the agent itself may have it.
 */
export const startFaults = async (config: Config): Promise<readonly ConfigFault[]> => {
  const logins = await readLogins(config.ssh, ownOwner())
  const listeners = config.http.listeners.map(async (rule, index) => [
    ...(await fileFaults(readListenerFiles(rule), `/http/listeners/${index}/`)),
    ...(await addressFaults(rule, `/http/listeners/${index}/at`)),
  ])
  const neighbours = config.neighbours.agents.map(
    async (one, index) => await fileFaults(readNeighbour(one, index, ownOwner()), ''),
  )
  return [
    ...(logins.kind === 'faulty' ? logins.faults : []),
    ...(await Promise.all([...listeners, ...neighbours])).flat(),
    ...(await journalFolderFaults(config.journal.file)),
  ]
}

/** What the reading rejects with begins with the setting, which stands below `path`. */
const fileFaults = async (
  reading: Promise<unknown>,
  path: string,
): Promise<readonly ConfigFault[]> => {
  try {
    await reading
    return []
  } catch (error) {
    const [setting = '', ...words] = String(error)
      .replace(/^Error: /, '')
      .split(': ')
    return [{ path: `${path}${setting.replaceAll('.', '/')}`, rule: words.join(': ') }]
  }
}

/** On a port of its own: whether this host has the address at all. */
const addressFaults = async (
  { at }: ListenerRule,
  path: string,
): Promise<readonly ConfigFault[]> =>
  at.kind === 'unix'
    ? []
    : await new Promise((resolve) => {
        const server = createServer()
        server.once('error', (error: NodeJS.ErrnoException) => {
          const rule = `is no address of this host now (${String(error.code)})`
          resolve([{ path, rule }])
        })
        server.listen({ host: at.host, port: 0 }, () => {
          server.close(() => {
            resolve([])
          })
        })
      })

/** A folder that is not there yet is made at the start, with everything above it. */
const journalFolderFaults = async (file: string): Promise<readonly ConfigFault[]> => {
  const place = await nearestPlace(file)
  const faulty = (rule: string): readonly ConfigFault[] => [{ path: '/journal/file', rule }]
  try {
    // It asks for the real user, and root may look as another: the mode is for that one.
    await access(place, constants.R_OK | constants.W_OK)
    const found = await stat(place)
    if (place === file && !found.isFile()) return faulty(`${file} has to be a regular file`)
    return mayWrite(found, ownOwner()) ? [] : faulty(`${place} may not be written by this user`)
  } catch (error) {
    return faulty(`${place} cannot be written (${String(Reflect.get(Object(error), 'code'))})`)
  }
}

export const mayWrite = (
  { uid, gid, mode }: { readonly uid: number; readonly gid: number; readonly mode: number },
  { user, group }: Owner,
): boolean => {
  if (user === 0) return true
  if (uid === user) return (mode & 0o200) !== 0
  return (mode & (gid === group ? 0o020 : 0o002)) !== 0
}

const nearestPlace = async (place: string): Promise<string> =>
  await stat(place).then(
    () => place,
    async (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' && place !== '/' ? await nearestPlace(dirname(place)) : place,
  )
