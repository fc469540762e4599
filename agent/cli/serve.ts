/** A running agent: opened by one call, stopped by another. */
import type { Logger } from 'pino'
import type { Composition } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { listenAt } from '../http/listen.ts'

/**
 * How long answered callers may take to read their answers before their connections are cut. A
 * connection that never sent a request would otherwise hold the server open for ever.
 */
const flushMs = 2_000

export interface Running {
  readonly address: string
  /** Lets fences run for the configured grace, refuses what is left, and closes everything. */
  readonly stop: () => Promise<void>
}

export const serve = async (
  config: Config,
  log: Logger,
  { server, service, closeInterrupted, close }: Composition,
): Promise<Running> => {
  const address = await listenAt(server, config.http.listen)
  // Whoever holds the address is the only agent here, so what is open in the journal is nobody's now.
  try {
    const interrupted = await closeInterrupted()
    if (interrupted > 0)
      log.warn({ interrupted }, 'fences of an agent before this one were cut off')
  } catch (error) {
    // A disk that takes nothing refuses every fence by itself, and says so; the next start tries again.
    log.error({ err: error }, 'fences that were cut off could not be closed in the journal')
  }
  const stop = async (): Promise<void> => {
    const graceMs = config.shutdownGraceSec * 1000
    log.info({ inFlight: service.inFlight(), graceMs }, 'agent is stopping')
    // New connections are refused from here on; those that are open are answered and closed.
    const closed = server.close()
    const cut = service.drain(graceMs).then(() =>
      setTimeout(() => {
        server.server.closeAllConnections()
      }, flushMs),
    )
    // Both are waited for: what is in flight is answered even where closing fails.
    const [closing, timer] = await Promise.allSettled([closed, cut])
    if (timer.status === 'rejected') throw timer.reason
    clearTimeout(timer.value)
    if (closing.status === 'rejected') throw closing.reason
    await close()
    log.info('agent has stopped')
  }
  return { address, stop }
}
