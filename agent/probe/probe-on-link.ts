/** One address of the suspect on a wire of ours: ping, and what the neighbour table makes of it. */
import type { AddressSilence, EchoSeen, NeighbourSeen } from '../domain/silence-evidence.ts'
import type { ProbeAddress } from './address.ts'
import { askNeighbour, ping } from './ip-and-ping.ts'
import type { Path } from './ip-and-ping.ts'
import type { ProbeRun } from './probe-run.ts'
import {
  againPing,
  anewPing,
  datingMs,
  knownPing,
  onLinkPing,
  pollMs,
  roundsMax,
} from './limits.ts'
import type { PingPlan } from './limits.ts'
import type { Neighbour } from './neighbour-json.ts'
import { isSurelyBefore, judgeNeighbour, spanOf } from './neighbour-judge.ts'
import type { NeighbourJudgement } from './neighbour-judge.ts'
import type { OpenRound } from './probe-run.ts'

export type Seen = Pick<AddressSilence, 'echo' | 'neighbour' | 'oldEntry'>

type Told = Exclude<NeighbourJudgement, 'wait'>
type Ended = Exclude<Told, 'ask-again'>

/** What the rounds of one probe hand on to each other. */
interface Course {
  readonly probe: ProbeRun
  readonly address: ProbeAddress
  readonly path: Path
  /** Once in this probe the kernel had no link address. */
  wasUnknown: boolean
  /**
   * The last entry with a link address was confirmed when the fence began, or a moment later:
   * nobody can tell.
   */
  isUndated: boolean
  /** It was found to be older than the fence, late enough for that to hold. */
  isDated: boolean
  /** What became of the entry that was there when the first ping stayed without an answer. */
  removal: 'not-tried' | 'removed' | 'gone' | 'kept'
}

export const probeOnLink = async (
  probe: ProbeRun,
  address: ProbeAddress,
  path: Path,
): Promise<Seen> => {
  const course: Course = {
    probe,
    address,
    path,
    wasUnknown: false,
    isUndated: false,
    isDated: false,
    removal: 'not-tried',
  }
  // The best there is: every round can only make it worse.
  let worstEcho: EchoSeen = 'silent'
  for (let rounds = 0; rounds < roundsMax; rounds += 1) {
    const open = probe.oldEntries.beginRound(probe, address, path.device)
    try {
      const { echo, told } = await askRound(course, rounds === 0, open)
      worstEcho = worse(worstEcho, echo)
      if (open.isDated()) course.isUndated = false
      if (told !== 'ask-again') return seenAs(course, worstEcho, told)
    } finally {
      open.end()
    }
  }
  return seenAs(course, worstEcho, 'no-proof')
}

const askRound = async (
  course: Course,
  isFirst: boolean,
  open: OpenRound,
): Promise<{ readonly echo: EchoSeen; readonly told: Told }> => {
  const { probe, address, path } = course
  const { now: before, toMs } = await readEntry(course, open)
  const echo = await ping(probe, address, path.source, planOf(course, before, isFirst))
  const told = await judgeUntilTold(course, { before, echo, beganMs: toMs, open })
  return { echo, told }
}

const planOf = ({ removal }: Course, before: Neighbour, isFirst: boolean): PingPlan => {
  if (isFirst) return before.kind === 'known' ? knownPing : onLinkPing
  return removal === 'removed' || removal === 'gone' ? anewPing : againPing
}

/** When it was asked for, and when it was told. */
interface Read {
  readonly now: Neighbour
  readonly fromMs: number
  readonly toMs: number
}

const readEntry = async (course: Course, open: OpenRound): Promise<Read> => {
  const { clock } = course.probe
  const fromMs = clock.nowMs()
  const now = await askNeighbour(course.probe, course.address, course.path.device)
  const read = { now, fromMs, toMs: clock.nowMs() }
  if (now.kind === 'absent' || now.kind === 'asked' || now.kind === 'failed')
    course.wasUnknown = true
  if (now.kind === 'known') dateEntry(course, now.confirmedSec, read, open.firstSinceMs())
  return read
}

const dateEntry = (
  course: Course,
  confirmedSec: number,
  read: Read,
  firstSinceMs: number,
): void => {
  const isBefore = isSurelyBefore(confirmedSec, spanOf(read, firstSinceMs))
  course.isUndated = !isBefore && !course.isDated
  // Whatever confirms it from here on is a second or more younger than the fence, and shows.
  course.isDated ||= isBefore && read.fromMs - course.probe.sinceMs >= 1_000
}

interface AskedRound {
  readonly before: Neighbour
  readonly echo: EchoSeen
  /** When `before` had been read. */
  readonly beganMs: number
  readonly open: OpenRound
}

const judgeUntilTold = async (course: Course, round: AskedRound): Promise<Told> => {
  const { clock, signal, sinceMs } = course.probe
  const { before, echo, beganMs, open } = round
  while (!signal.aborted) {
    const { wasUnknown } = course
    const read = await readEntry(course, open)
    const { now } = read
    const fence = spanOf(read, sinceMs)
    const spans = { round: spanOf(read, beganMs), fence }
    const judgement = judgeNeighbour({ before, wasUnknown, echo, ...spans }, now)
    // Any other echo refuses already, so the neighbour table is not waited for.
    if (!isPartOfSilence(echo)) return judgement === 'answered' ? 'answered' : 'no-proof'
    if (judgement === 'unresolved' && open.isVoid()) return 'ask-again'
    if (judgement === 'unresolved' && course.isUndated) return 'no-proof'
    if (now.kind === 'known' && judgement !== 'answered') {
      const isDatable = course.isUndated && fence.atMostMs < datingMs
      if (!isDatable && (await takeOldEntry(course))) return 'ask-again'
      if (!isDatable && course.isUndated) return 'no-proof'
    }
    if (judgement !== 'wait') return judgement
    await clock.wait(pollMs, signal)
  }
  return 'no-proof'
}

/**
 * Once in a probe; whether the kernel has to ask anew now. Where it is not permitted, the kernel is
 * waited for.
 */
const takeOldEntry = async (course: Course): Promise<boolean> => {
  if (course.removal !== 'not-tried') return false
  const { probe, address, path } = course
  course.removal = await probe.oldEntries.remove(probe, address, path.device, !course.isUndated)
  if (course.removal === 'kept') return false
  course.wasUnknown = true
  return true
}

const isPartOfSilence = (echo: EchoSeen): boolean => echo === 'silent' || echo === 'no-neighbour'

const seenAs = ({ removal }: Course, echo: EchoSeen, told: Ended): Seen => ({
  echo,
  neighbour: neighbourSeen(told),
  ...(removal === 'removed' || removal === 'kept' ? { oldEntry: removal } : {}),
})

const neighbourSeen = (told: Ended): NeighbourSeen => {
  switch (told) {
    case 'answered':
    case 'unresolved':
      return told
    case 'no-proof':
      return 'not-run'
  }
}

const fromWorst: readonly EchoSeen[] = [
  'replied',
  'icmp-error',
  'own-trouble',
  'not-run',
  'no-neighbour',
  'silent',
]

const worse = (one: EchoSeen, other: EchoSeen): EchoSeen =>
  fromWorst.indexOf(one) <= fromWorst.indexOf(other) ? one : other
