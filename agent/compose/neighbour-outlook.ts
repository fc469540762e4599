/** Which neighbours would be asked on the day it matters, and why not: in lines for a person. */
import { dirname } from 'node:path'
import { ownOwner } from '../base/file/secret-file.ts'
import { exchange } from '../client/exchange.ts'
import type { Config } from '../config/config.ts'
import { readAgentId } from '../journal/agent-id.ts'
import { readNeighbours } from '../neighbours/read-neighbours.ts'
import { tryNeighbours } from '../neighbours/try-neighbours.ts'

/** One line for each, none where none are configured; never rejects. */
export const neighbourOutlook = async ({
  neighbours: { agents },
  journal,
}: Pick<Config, 'neighbours' | 'journal'>): Promise<readonly string[]> => {
  if (agents.length === 0) return []
  try {
    const neighbours = await readNeighbours(agents, ownOwner())
    const { id: ownAgentId } = await readAgentId(dirname(journal.file))
    const tried = await tryNeighbours(neighbours, { exchange, ownAgentId })
    return tried.map(({ name, agentId, fault }) =>
      fault === ''
        ? `neighbour ${name} answers: agent ${agentId}; whether its listener has passedOn "accept" is for itself to say`
        : `neighbour ${name} would not be asked: ${fault}`,
    )
  } catch (error) {
    return [`no neighbour would be asked: ${String(error)}`]
  }
}
