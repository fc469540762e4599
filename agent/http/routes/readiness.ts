/** Whether this peer could fence now: what is missing, looked at anew every few seconds at most. */
import type { Clock } from '../../base/time/clock.ts'

/** Names what is missing in words of ours: neither a file's content nor a secret. */
export type ReadinessCheck = () => Promise<readonly string[]>

export interface Readiness {
  /** Never rejects, and waits for no disk. */
  readonly missing: () => Promise<readonly string[]>
  /** What the last look found; undefined before the first. */
  readonly last: () => boolean | undefined
}

/** Whoever asks more often is told what was found then: a look reads files. */
const keepsMs = 2_000
/** Files that take longer than this do not answer, which is what a fence would find, too. */
const patienceMs = 1_000

export const createReadiness = (
  checks: readonly ReadinessCheck[],
  clock: Pick<Clock, 'nowMs' | 'wait'>,
): Readiness => {
  let found: readonly string[] | undefined
  let endedMs = Number.NEGATIVE_INFINITY
  /**
   * One look at a time: those that hang on a disk would take the threads that the journal needs.
   */
  let checking: Promise<readonly string[]> | undefined

  const checkAll = async (): Promise<readonly string[]> => {
    const all = await Promise.all(
      checks.map(
        async (check) => await check().catch(() => ['something could not be looked at at all']),
      ),
    )
    found = all.flat()
    endedMs = clock.nowMs()
    checking = undefined
    return found
  }
  return {
    missing: async () => {
      if (checking === undefined && found !== undefined && clock.nowMs() - endedMs < keepsMs) {
        return found
      }
      checking ??= checkAll()
      const done = new AbortController()
      const late = async (): Promise<readonly string[]> => {
        await clock.wait(patienceMs, done.signal)
        return ['the files of the agent do not answer in time']
      }
      const missing = await Promise.race([checking, late()])
      done.abort()
      found = missing
      return missing
    },
    last: () => (found === undefined ? undefined : found.length === 0),
  }
}
