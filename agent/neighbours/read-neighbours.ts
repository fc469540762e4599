/** The neighbours of the configuration with what their files hold, read once, at the start. */
import { readNamed, readNamedSecret } from '../base/file/named-file.ts'
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
  await Promise.all(agents.map(async (one, index) => await readNeighbour(one, index, owner)))

/** The one that stands at this place of the list. Rejects likewise. */
export const readNeighbour = async (
  { url, domain, caFile, certificateFile, keyFile, tokenFile }: NeighbourFiles,
  index: number,
  owner: Owner,
): Promise<Neighbour> => {
  const path = `/neighbours/agents/${index}`
  const peer = parsePeer(url)
  if (peer === undefined) throw new Error(`${path}/url: names no agent`)
  const open = async (property: string, file: string): Promise<string> =>
    await readNamed(`${path}/${property}`, file)
  const secret = async (property: string, file: string): Promise<string> =>
    (await readNamedSecret(`${path}/${property}`, file, owner)).trim()
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
