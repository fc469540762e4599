/**
 * What a drill found at every host, as it is printed, kept and shown. None of it is a verdict about
 * any VM.
 */
import { killedOf } from '../../inspect/finding.ts'
import type { DrilledHost } from '../../inspect/drill.ts'
import type { SuspectTarget } from '../../fence/request.ts'
import type { Rejection } from './rejection.ts'
import { flawWords, hindranceWords } from '../words/drill-words.ts'
import { plainText } from '../../base/text/plain-text.ts'

export interface DrillReport {
  /** When it ended, by the clock of this peer. */
  readonly at: string
  /** Whether canaries were killed, or hosts only looked at. */
  readonly drilled: boolean
  /** How many could be fenced. */
  readonly could: number
  /** How many were tried: all but those that were left out. */
  readonly of: number
  readonly hosts: readonly DrillEntry[]
}

export interface DrillEntry {
  readonly host: string
  readonly port: number
  /** `left-out`: it is this very host. */
  readonly could: 'yes' | 'no' | 'left-out'
  /** Why not; empty where it could. */
  readonly reason: string
  /** How far it came. */
  readonly phase: string
  readonly summary: string
  readonly nextStep: string
  /** What does not keep a fence from its proof. */
  readonly flaws: readonly { readonly flaw: string; readonly nextStep: string }[]
  /** In the words of the host; absent where it told nothing. */
  readonly tools?: Readonly<Record<(typeof toolNames)[number], string>>
  readonly virsh?: string
  readonly pgrep?: string
  /** Whole seconds that its clock is ahead of ours. */
  readonly skewSec?: number
  /** How long the canary took to die. */
  readonly canaryMs?: number
  readonly durationMs: number
}

export const toolNames = ['bash', 'kernel', 'pgrep', 'maxSessions', 'maxStartups'] as const

/** A host that was tried, or that nobody may try. */
export type Tried = DrilledHost | { readonly suspect: SuspectTarget; readonly refusal: Rejection }

export const drillReport = (tried: readonly Tried[], drilled: boolean, at: string): DrillReport => {
  const hosts = tried.map(entryOf)
  return {
    at,
    drilled,
    could: hosts.filter(({ could }) => could === 'yes').length,
    of: hosts.filter(({ could }) => could !== 'left-out').length,
    hosts,
  }
}

const entryOf = (tried: Tried): DrillEntry => {
  const { addresses, port } = tried.suspect
  const named = { host: addresses[0], port }
  if ('refusal' in tried) return { ...named, ...rejected(tried.refusal) }
  const { finding, look, drill, durationMs } = tried
  const { evidence, tools, skewSec, trail } = look
  const canaryMs = drill && killedOf(drill.evidence)
  return {
    ...named,
    ...wordsOf(finding),
    phase: (drill?.trail ?? trail).phases.at(-1)?.phase ?? '',
    ...(tools === undefined
      ? {}
      : {
          tools: {
            bash: plainText(tools.bash),
            kernel: plainText(tools.kernel),
            pgrep: plainText(tools.pgrep),
            maxSessions: plainText(tools.sshdSessions),
            maxStartups: plainText(tools.sshdStartups),
          },
        }),
    ...(evidence.kind === 'report'
      ? { virsh: evidence.report.virsh, pgrep: evidence.report.pgrep }
      : {}),
    ...(skewSec === undefined ? {} : { skewSec }),
    ...(canaryMs === undefined ? {} : { canaryMs }),
    durationMs,
  }
}

type Worded = Pick<DrillEntry, 'could' | 'reason' | 'summary' | 'nextStep' | 'flaws'>

const wordsOf = (finding: DrilledHost['finding']): Worded => {
  switch (finding.kind) {
    case 'could-fence':
      return {
        could: 'yes',
        reason: '',
        summary: 'A VM could be fenced there.',
        nextStep: '',
        flaws: finding.flaws.map((flaw) => ({ flaw, nextStep: flawWords[flaw] })),
      }
    case 'could-not': {
      const { because, by } = finding
      return { could: 'no', reason: because, ...hindranceWords(because, by), flaws: [] }
    }
    case 'own-host':
      return {
        could: 'left-out',
        reason: 'own-host',
        summary: 'The host itself: its ids are those of this very host.',
        nextStep: '',
        flaws: [],
      }
  }
}

/** What the door would say to a request about this host. */
const rejected = (refusal: Rejection): Worded & Pick<DrillEntry, 'phase' | 'durationMs'> => {
  const { code, rule } = refusal
  const isOwn = code === 'FENCE_TARGET_IS_OWN_HOST'
  return {
    could: isOwn ? 'left-out' : 'no',
    reason: code,
    summary: isOwn
      ? `The host itself: ${rule}.`
      : `Every request about it would be turned away: ${rule}.`,
    nextStep: isOwn ? '' : 'Correct suspects.networks, or take the host off the list.',
    flaws: [],
    phase: '',
    durationMs: 0,
  }
}
