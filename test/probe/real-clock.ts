import type { Clock } from '../../agent/fence/ports.ts'

/** Real time: these tests watch real tools and real kernels. */
export const realClock: Clock = {
  nowMs: () => performance.now(),
  wallTime: () => new Date().toISOString(),
  wait: async (ms, signal) =>
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
    }),
}
