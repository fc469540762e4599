/**
 * Tries hosts before the day it matters: the whole way of a fence, and with a drill a canary that
 * is killed there.
 */
import type { VmUuid } from '../domain/vm-uuid.ts'
import { findingOf } from './finding.ts'
import type { Finding } from './finding.ts'
import { inspect } from './inspect.ts'
import type { Inspected } from './inspect.ts'
import type { ContactDeps } from '../fence/open-suspect.ts'
import type { SuspectTarget } from '../fence/request.ts'

export interface DrillConfig {
  /** Whether a canary is killed, or only looked around. */
  readonly isDrill: boolean
  /** Of each login, in ms: one to look, and one to drill. */
  readonly budgetMs: number
}

export interface DrillDeps extends ContactDeps {
  /** Made up, so that no VM of any host bears it. */
  readonly newVm: () => VmUuid
}

export interface DrilledHost {
  readonly suspect: SuspectTarget
  readonly finding: Finding
  readonly look: Inspected
  /** Absent where none was wanted, or where the look had already found that it could not be. */
  readonly drill?: Inspected
  readonly durationMs: number
}

/** Hosts at once: each is a login, and on a host that is silent a probe. */
export const hostsAtOnceMax = 8

/** Never rejects. No verdict is to be made of it. */
export const drillHost = async (
  suspect: SuspectTarget,
  { isDrill, budgetMs }: DrillConfig,
  parts: DrillDeps,
  signal: AbortSignal,
): Promise<DrilledHost> => {
  const startedMs = parts.clock.nowMs()
  const durationMs = (): number => Math.round(parts.clock.nowMs() - startedMs)
  const what = { action: 'look', vm: parts.newVm() } as const
  const look = await inspect(parts, { what, suspect, budgetMs }, signal)
  const finding = findingOf(look, undefined)
  if (!isDrill || finding.kind !== 'could-fence') {
    return { suspect, finding, look, durationMs: durationMs() }
  }
  const drill = await inspect(parts, { what: { action: 'drill' }, suspect, budgetMs }, signal)
  return { suspect, finding: findingOf(look, drill), look, drill, durationMs: durationMs() }
}

/**
 * In the given order, `hostsAtOnceMax` at once. `onDrilled` is called after each, and must not
 * throw.
 */
export const drillHosts = async (
  suspects: readonly SuspectTarget[],
  rules: DrillConfig,
  parts: DrillDeps,
  signal: AbortSignal,
  onDrilled: () => void,
): Promise<readonly DrilledHost[]> => {
  const drilled: DrilledHost[] = []
  const queue = [...suspects.entries()]
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, suspect] = next
      drilled[index] = await drillHost(suspect, rules, parts, signal)
      onDrilled()
    }
  }
  await Promise.all(Array.from({ length: hostsAtOnceMax }, work))
  return drilled
}
