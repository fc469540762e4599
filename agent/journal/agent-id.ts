/**
 * Who this agent is, whatever address it is asked at: a random id, made once and kept beside the
 * journal.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createState, readState } from '../base/file/state-file.ts'

export interface AgentIdentity {
  readonly id: string
  /** Undefined once the id is on disk; else why it is of this process alone. */
  readonly fault?: string
}

const bytesMax = 1024
const shape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Never rejects: an id of this process alone still tells two of its addresses for one, and nothing
 * that is fenced depends on it. A folder that was copied to another host makes two agents one
 * voice, which refuses.
 */
export const readAgentId = async (folder: string): Promise<AgentIdentity> => {
  const file = join(folder, 'agent-id')
  const fresh = randomUUID()
  try {
    if (await createState(file, `${fresh}\n`)) return { id: fresh }
    const kept = String(await readState(file, bytesMax)).trim()
    return shape.test(kept) ? { id: kept } : { id: fresh, fault: `${file} holds no id` }
  } catch (error) {
    return { id: fresh, fault: String(error) }
  }
}
