/** The neighbours of the configuration with what their files hold, read once, at the start. */
import { readFile } from 'node:fs/promises'
import { readSecretFile } from '../base/file/secret-file.ts'
import type { Owner } from '../base/file/secret-file.ts'
import { parsePeer } from '../client/peer.ts'
import type { Neighbour } from './neighbour.ts'

export interface NeighbourFiles {
  readonly url: string
  readonly domain?: string
  readonly caFile?: string
  readonly certificateFile?: string
  readonly keyFile?: string
  readonly tokenFile?: string
}

/** Rejects with the property, the file and the rule that is broken; never with their content. */
export const readNeighbours = async (
  agents: readonly NeighbourFiles[],
  owner: Owner,
): Promise<readonly Neighbour[]> =>
  await Promise.all(agents.map(async (one, index) => await readOne(one, index, owner)))

const readOne = async (
  { url, domain, caFile, certificateFile, keyFile, tokenFile }: NeighbourFiles,
  index: number,
  owner: Owner,
): Promise<Neighbour> => {
  const path = `/neighbours/agents/${index}`
  const peer = parsePeer(url)
  if (peer === undefined) throw new Error(`${path}/url: names no agent`)
  const open = async (property: string, file: string): Promise<string> => {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      throw new Error(`${path}/${property}: ${String(error)}`, { cause: error })
    }
  }
  const secret = async (property: string, file: string): Promise<string> => {
    const found = await readSecretFile(file, owner)
    if (found.kind === 'read') return found.secret.reveal().trim()
    throw new Error(`${path}/${property}: ${file} ${found.rule}`)
  }
  return {
    peer: { ...peer, domain },
    credentials: {
      ...(caFile === undefined ? {} : { ca: await open('caFile', caFile) }),
      ...(certificateFile === undefined
        ? {}
        : { certificate: await open('certificateFile', certificateFile) }),
      ...(keyFile === undefined ? {} : { key: await secret('keyFile', keyFile) }),
      ...(tokenFile === undefined ? {} : { token: await secret('tokenFile', tokenFile) }),
    },
  }
}
