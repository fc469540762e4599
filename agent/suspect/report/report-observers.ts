/** What the observers of the suspect's program said of one VM: a line of each. */
import type { VmReport } from '../../domain/evidence.ts'
import type { LineReader } from './line-reader.ts'
import { words } from './report-line.ts'

/**
 * The lines of the observers, in the order in which the program has them; undefined where one is
 * missing.
 */
export const readObservers = (
  reader: LineReader,
): Pick<VmReport, 'io' | 'storage' | 'helpers'> | undefined => {
  const helpers = reader.take('helpers')
  const uring = reader.take('uring')
  const storage = reader.take('storage')
  const sockets = reader.take('sockets')
  const pageCache = reader.take('page-cache')
  if (helpers === undefined || uring === undefined || storage === undefined) return undefined
  if (sockets === undefined || pageCache === undefined) return undefined
  return {
    helpers: {
      state: helpers.word('state', words.helpers),
      policy: helpers.word('policy', words.helpersPolicy),
    },
    io: {
      uring: uring.word('state', words.uring),
      drained: uring.word('drained', words.drained),
      devices: uring.word('devices', words.devices),
      sockets: sockets.word('state', words.sockets),
    },
    storage: {
      kind: storage.word('kind', words.storage),
      fileSystems: words.fileSystem.filter((one) => storage.text('types').split('+').includes(one)),
      pageCache: pageCache.word('state', words.pageCache),
      policy: pageCache.word('policy', words.pageCachePolicy),
    },
  }
}
