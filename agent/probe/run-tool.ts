/** Runs one system tool as an argv, never by a shell, and says how it ended. */
import { execa } from 'execa'
import { killAfterMs, outputCharactersMax } from './limits.ts'

export type Tool =
  'ip' | 'ping' | 'ss' | 'sysctl' | 'nft' | 'iptables-save' | 'ip6tables-save' | 'ipset'

/** Only `exited` carries output: what was cut off or never started says nothing. */
export type ToolEnd =
  | {
      readonly kind: 'exited'
      readonly code: number
      readonly stdout: string
      readonly stderr: string
    }
  /** Out of time, aborted, killed by a signal, or more output than the bound. */
  | { readonly kind: 'cut-off' }
  /** Missing, not executable, or no descriptor or process left for it. */
  | { readonly kind: 'not-started' }

/** Never rejects; ends at once when the signal aborts, and then kills the tool behind its back. */
export type RunTool = (
  tool: Tool,
  args: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<ToolEnd>

export interface RunToolConfig {
  /** Words before the tool, such as `ip netns exec NAME`; normally empty. */
  readonly prefix: readonly string[]
  /** The `PATH` that the tools are looked up in. */
  readonly searchPath: string
}

export const systemTools: RunToolConfig = {
  prefix: [],
  searchPath: '/usr/sbin:/usr/bin:/sbin:/bin',
}

export const createRunTool =
  (config: RunToolConfig): RunTool =>
  async (tool, args, timeoutMs, signal) => {
    if (signal.aborted) return { kind: 'cut-off' }
    const [file = tool, ...rest] = [...config.prefix, tool, ...args]
    // Neither SIGKILL nor a pipe that a child of the tool holds open may make us wait longer.
    const hardLimit = AbortSignal.timeout(timeoutMs + 2 * killAfterMs)
    // One for each run: many tools share what their probe ends with.
    const stop = AbortSignal.any([signal, hardLimit])
    const aborted = whenAborted(stop)
    // execa throws on what no argv can hold, such as a zero byte.
    const running = ended(file, rest, config, timeoutMs, stop).catch((): ToolEnd => ({
      kind: 'not-started',
    }))
    try {
      return await Promise.race([running, aborted.promise])
    } finally {
      aborted.release()
    }
  }

const ended = async (
  file: string,
  args: readonly string[],
  config: RunToolConfig,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ToolEnd> => {
  const running = execa(file, args, {
    stdin: 'ignore',
    // Nothing of our own environment: it may hold secrets, and another language breaks the parsers.
    extendEnv: false,
    env: { LC_ALL: 'C', PATH: config.searchPath },
    timeout: timeoutMs,
    forceKillAfterDelay: killAfterMs,
    maxBuffer: outputCharactersMax,
    reject: false,
  })
  // Not by execa's cancelSignal: until Node has said that a program did not start, its child has
  // for a pid whatever lay in that memory, and a kill hits that process, or with 0 all of our own
  // process group.
  const stop = (): void => {
    if (running.pid !== undefined) running.kill()
  }
  signal.addEventListener('abort', stop, { once: true })
  const result = await running
  signal.removeEventListener('abort', stop)
  const { exitCode, timedOut, isMaxBuffer, isTerminated } = result
  if (timedOut || signal.aborted || isMaxBuffer || isTerminated) return { kind: 'cut-off' }
  if (exitCode === undefined) return { kind: 'not-started' }
  return { kind: 'exited', code: exitCode, stdout: result.stdout, stderr: result.stderr }
}

/** A tool in uninterruptible sleep outlives even SIGKILL; the fence does not wait for it. */
const whenAborted = (signal: AbortSignal) => {
  const released = new AbortController()
  const promise = new Promise<ToolEnd>((resolve) => {
    const stop = (): void => {
      resolve({ kind: 'cut-off' })
    }
    signal.addEventListener('abort', stop, { once: true, signal: released.signal })
  })
  const release = (): void => {
    released.abort()
  }
  return { promise, release }
}
