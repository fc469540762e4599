/**
 * Reads the configuration anew for a running agent; whatever is wrong leaves everything as it was.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Config } from '../../config/config.ts'
import type { LoadedConfig } from '../../config/load.ts'
import type { Running } from './serve.ts'

/** What a running agent takes, or never keeps: `doctor` reads the peers afresh each time. */
const taken: readonly string[] = ['/http/listeners', '/suspects/networks', '/doctor/peers']

/**
 * `started` is what the agent was built from. Each call reads anew; none rejects: a running agent
 * outlives a file that somebody is just editing.
 */
export const createReload = (
  started: Config,
  load: () => Promise<LoadedConfig>,
  running: Pick<Running, 'reload'>,
  log: Logger,
): (() => Promise<void>) => {
  let inEffect = started
  return async () => {
    try {
      const loaded = await load()
      if (loaded.kind === 'faulty') {
        log.error({ faults: loaded.faults }, 'configuration not reloaded: it has faults')
        return
      }
      await running.reload(loaded.config)
      const changed = differing(inEffect, loaded.config).filter((path) => taken.includes(path))
      inEffect = loaded.config
      const waiting = differing(started, loaded.config).filter((path) => !taken.includes(path))
      const what = { changed, waiting }
      if (waiting.length === 0) log.info(what, 'configuration reloaded')
      else log.warn(what, 'configuration reloaded, but for what waits for a restart')
    } catch (error) {
      log.error({ err: error }, 'configuration not reloaded')
    }
  }
}

/** JSON paths of the settings that are not the same. */
const differing = (one: Config, other: Config): readonly string[] =>
  Object.entries(one).flatMap(([section, settings]: [string, unknown]) => {
    const others: unknown = Reflect.get(other, section)
    if (typeof settings !== 'object') return settings === others ? [] : [`/${section}`]
    return Object.entries(Object(settings) as object)
      .filter(([name, value]) => !isDeepStrictEqual(value, Reflect.get(Object(others), name)))
      .map(([name]) => `/${section}/${name}`)
  })
