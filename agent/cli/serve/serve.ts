/** A running agent: opened by one call, stopped by another. */
import type { Logger } from 'pino'
import type { Composition } from '../../compose/agent.ts'
import type { Config } from '../../config/config.ts'

/**
 * How long answered callers may take to read their answers before their connections are cut. A
 * connection that never sent a request would otherwise hold the server open for ever.
 */
const flushMs = 2_000

/** How long answers that are sent later may take to leave; the rest leaves at the next start. */
const callbackGraceMs = 3_000

export interface Running {
  readonly addresses: readonly string[]
  readonly reload: Composition['reload']
  /** Lets fences run for the configured grace, refuses what is left, and closes everything. */
  readonly stop: () => Promise<void>
}

export const serve = async (
  config: Config,
  log: Logger,
  { server, listeners, service, callbacks, reload, closeInterrupted, close }: Composition,
): Promise<Running> => {
  await server.ready()
  const addresses = await listeners.open((request, response) => {
    server.routing(request, response)
  })
  // Whoever holds the addresses is the only agent here, so what is open in the journal is nobody's
  // now.
  try {
    const interrupted = await closeInterrupted()
    if (interrupted > 0)
      log.warn({ interrupted }, 'fences of an agent before this one were cut off')
  } catch (error) {
    // A disk that takes nothing refuses every fence by itself, and says so; the next start tries
    // again.
    log.error({ err: error }, 'fences that were cut off could not be closed in the journal')
  }
  const left = callbacks.resume()
  if (left > 0) log.warn({ left }, 'answers of an agent before this one are delivered')
  const stop = async (): Promise<void> => {
    const graceMs = config.shutdownGraceSec * 1000
    log.info({ inFlight: service.inFlight(), graceMs }, 'agent is stopping')
    // New connections are refused from here on; those that are open are answered and closed.
    const closed = Promise.all([server.close(), listeners.close()])
    const cut = service.drain(graceMs).then(() =>
      setTimeout(() => {
        listeners.closeAllConnections()
      }, flushMs),
    )
    // Both are waited for: what is in flight is answered even where closing fails.
    const [closing, timer] = await Promise.allSettled([closed, cut])
    if (timer.status === 'rejected') throw timer.reason
    clearTimeout(timer.value)
    const undelivered = await callbacks.stop(callbackGraceMs)
    if (undelivered > 0) log.warn({ undelivered }, 'answers are left to the next start')
    if (closing.status === 'rejected') throw closing.reason
    await close()
    log.info('agent has stopped')
  }
  return { addresses, reload, stop }
}
