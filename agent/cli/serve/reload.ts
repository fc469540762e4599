/**
 * Reads the configuration anew for a running agent; whatever is wrong leaves everything as it was.
 */
import type { Logger } from 'pino'
import type { LoadedConfig } from '../../config/load.ts'
import type { Running } from './serve.ts'

/** Never rejects: a running agent outlives a file that somebody is just editing. */
export const reload = async (
  load: () => Promise<LoadedConfig>,
  running: Pick<Running, 'reload'>,
  log: Logger,
): Promise<void> => {
  try {
    const loaded = await load()
    if (loaded.kind === 'faulty') {
      log.error({ faults: loaded.faults }, 'configuration not reloaded: it has faults')
      return
    }
    await running.reload(loaded.config)
    log.info('listeners and allowed suspects reloaded; anything else needs a restart')
  } catch (error) {
    log.error({ err: error }, 'configuration not reloaded')
  }
}
