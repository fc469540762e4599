/** The neighbours of the configuration, as the use case asks them. */
import { ownOwner } from '../base/file/secret-file.ts'
import { realClock } from '../base/time/real-clock.ts'
import { exchange } from '../client/exchange.ts'
import type { Config } from '../config/config.ts'
import type { FenceDeps } from '../fence/fence-vm.ts'
import { createNeighbours } from '../neighbours/neighbours.ts'
import { readNeighbours } from '../neighbours/read-neighbours.ts'

/** Undefined where there are none. Rejects where a file of one cannot be used. */
export const composeWayRound = async (
  { neighbours: { agents, ask, ownPercent } }: Pick<Config, 'neighbours'>,
  ownAgentId: string,
): Promise<FenceDeps['wayRound']> => {
  if (agents.length === 0) return undefined
  const config = { agents: await readNeighbours(agents, ownOwner()), ask }
  const neighbours = createNeighbours(config, { clock: realClock, ownAgentId, exchange })
  return { neighbours, ownShare: ownPercent / 100 }
}
