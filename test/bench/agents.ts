/** Agents as the lab's operator configures them. */
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess } from '../fixtures/servers/agent-process.ts'

/** The shortest that the configuration takes; it is told apart in every table. */
export const holdMs = 50

export const startBenchAgent = async (
  sessionKeepMs: number,
  witnesses: readonly string[] = [],
): Promise<AgentProcess> =>
  await startAgent({
    ssh: { identityFiles: [`${process.env['LAB_DIR'] ?? ''}/client_key`], sessionKeepMs },
    suspects: { pidNamespace: 'nested' },
    fence: { holdMs },
    probe: { witnesses },
    log: { level: 'info' },
  })
