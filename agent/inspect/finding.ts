/**
 * What was found at one host: whether a VM could be fenced there, and what is weak about it. Pure
 * and total.
 */
import { decide } from '../domain/decide.ts'
import type {
  Evidence,
  PgrepState,
  QuarantineState,
  VirshState,
  VmReport,
} from '../domain/evidence.ts'
import { sightOf } from '../domain/sight.ts'
import type { Blindness } from '../domain/sight.ts'
import { runsMax } from '../fence/lane/batch-run.ts'
import type { Inspected } from './inspect.ts'
import type { SuspectTools } from '../fence/ports.ts'

export type Finding =
  | { readonly kind: 'could-fence'; readonly flaws: readonly Flaw[] }
  /** `by`: the contact that shows it. */
  | { readonly kind: 'could-not'; readonly because: Hindrance; readonly by: Inspected }
  /** The host turned out to be this very one. */
  | { readonly kind: 'own-host' }

/** Why no VM could be fenced: a doubt of a fence or of a look, or one that a drill alone has. */
export type Hindrance = Blindness | DrillDoubt

export const drillDoubts = [
  'canary-not-met', // the drill ended well and killed nothing: no proof of anything
] as const
export type DrillDoubt = (typeof drillDoubts)[number]

/**
 * What does not keep a fence from its proof, and is worth a person's time before the day it
 * matters.
 */
export const flaws = [
  'libvirt-no-answer', // libvirtd hangs or is slow
  'libvirt-failed', // virsh ended with an error
  'virsh-missing',
  'pgrep-missing',
  'pgrep-failed', // or said nothing in time
  'pgrep-found-more', // and /proc did not
  'clock-skew',
  'sshd-sessions-low', // fewer than one session of ours uses in a storm
  'sshd-startups-low', // logins at once that sshd takes before it drops some
  'quarantine-no-hook', // the package is not there: what libvirt starts later is not refused
  'quarantine-not-active', // its libvirt does not obey the hook
  'quarantine-not-writable',
  'quarantine-not-shown', // nobody could see whether its libvirt obeys
  'tools-not-told', // the host did not tell of its tools
] as const
export type Flaw = (typeof flaws)[number]

/**
 * Beyond this, in s, the logs of both hosts are hard to lay side by side. Whole seconds, and the
 * way back, make one or two.
 */
export const skewSecMax = 5

/** The default of sshd: below it a few logins at once are dropped. */
export const startupsMin = 10

/** `look` is at a VM that exists nowhere; `drill` is undefined where none was made. */
export const findingOf = (look: Inspected, drill: Inspected | undefined): Finding => {
  const seen = hindranceOfLook(look.evidence)
  if (seen === 'own-host') return { kind: 'own-host' }
  if (seen !== undefined) return { kind: 'could-not', because: seen, by: look }
  // A look needs no right to kill, and a canary of the login's own would not show that there is
  // none.
  if (reportOf(look.evidence)?.view.privilege !== 'root') {
    return { kind: 'could-not', because: 'sudo-refused', by: asUser(look) }
  }
  const met = drill && hindranceOfDrill(drill.evidence)
  if (drill !== undefined && met !== undefined) {
    return { kind: 'could-not', because: met, by: drill }
  }
  return { kind: 'could-fence', flaws: [...flawsOf(look), ...flawsOfDrill(drill)] }
}

const hindranceOfLook = (evidence: Evidence): Hindrance | undefined => {
  const sight = sightOf(evidence)
  switch (sight.kind) {
    case 'cannot-tell':
      return sight.because
    // It was made up for this look.
    case 'runs':
      return 'report-invalid'
    case 'not-seen':
      return undefined
  }
}

const asUser = (look: Inspected): Inspected => ({
  ...look,
  trail: { ...look.trail, detail: 'the program ran without the rights of root' },
})

const hindranceOfDrill = (evidence: Evidence): Hindrance | undefined => {
  const verdict = decide(evidence)
  switch (verdict.kind) {
    case 'still-alive':
      return verdict.because
    case 'unreachable':
      return 'host-silent'
    case 'confirmed-dead':
      return killedOf(evidence) === undefined ? 'canary-not-met' : undefined
  }
}

/** How long the canary took to die, in ms; undefined where none was killed. */
export const killedOf = (evidence: Evidence): number | undefined => {
  const end = reportOf(evidence)?.qemus.find(({ kill }) => kill === 'sent')?.end
  return end === undefined || end.kind === 'living' ? undefined : end.afterMs
}

const reportOf = (evidence: Evidence): VmReport | undefined =>
  evidence.kind === 'report' ? evidence.report : undefined

const flawsOf = ({ evidence, tools, skewSec = 0 }: Inspected): readonly Flaw[] => {
  const report = reportOf(evidence)
  const found: readonly (Flaw | undefined)[] = [
    report && flawOfVirsh[report.virsh],
    report && flawOfPgrep[report.pgrep],
    Math.abs(skewSec) > skewSecMax ? 'clock-skew' : undefined,
    ...(tools === undefined ? (['tools-not-told'] as const) : flawsOfSshd(tools)),
  ]
  return found.filter((one) => one !== undefined)
}

const flawsOfDrill = (drill: Inspected | undefined): readonly Flaw[] => {
  const report = drill && reportOf(drill.evidence)
  const flaw = report && flawOfQuarantine[report.quarantine.state]
  // Without a daemon there is none that could obey, nor one that starts anything.
  return flaw === undefined || report?.virsh === 'no-daemon' ? [] : [flaw]
}

const flawOfQuarantine: Readonly<Record<QuarantineState['state'], Flaw | undefined>> = {
  // Not wanted.
  'not-set': undefined,
  proven: undefined,
  'no-hook': 'quarantine-no-hook',
  'hook-not-active': 'quarantine-not-active',
  'not-writable': 'quarantine-not-writable',
  set: 'quarantine-not-shown',
  // No drill says so of its canary, which it kills.
  'taken-back': 'quarantine-not-shown',
  lifted: 'quarantine-not-shown',
}

const flawOfVirsh: Readonly<Record<VirshState, Flaw | undefined>> = {
  running: undefined,
  destroyed: undefined,
  'not-running': undefined,
  'no-such-vm': undefined,
  'no-daemon': undefined,
  'no-answer': 'libvirt-no-answer',
  'left-out': 'libvirt-no-answer',
  failed: 'libvirt-failed',
  missing: 'virsh-missing',
}

const flawOfPgrep: Readonly<Record<PgrepState, Flaw | undefined>> = {
  agreed: undefined,
  'found-more': 'pgrep-found-more',
  missing: 'pgrep-missing',
  failed: 'pgrep-failed',
  late: 'pgrep-failed',
  'left-out': 'pgrep-failed',
}

/** What was not told is no number, and below nothing. */
const flawsOfSshd = ({ sshdSessions, sshdStartups }: SuspectTools): readonly Flaw[] => [
  ...(Number(sshdSessions) < runsMax ? (['sshd-sessions-low'] as const) : []),
  ...(Number(sshdStartups.split(':')[0]) < startupsMin ? (['sshd-startups-low'] as const) : []),
]
