/** Everything but TCP at one address of the suspect. */
import type { EchoSeen, NeighbourSeen } from '../domain/evidence.ts'
import type { ProbeAddress } from './address.ts'
import { askNeighbour, askPath, ping } from './ask.ts'
import type { Look, Path, PathSeen } from './ask.ts'
import { againPing, offLinkPing, onLinkPing, pollMs, roundsMax } from './limits.ts'
import { judgeNeighbour } from './neighbour-judge.ts'
import type { NeighbourJudgement, Round } from './neighbour-judge.ts'

export interface Seen {
  readonly echo: EchoSeen
  readonly neighbour: NeighbourSeen
}

export const notRun: Seen = { echo: 'not-run', neighbour: 'not-run' }
const ownTrouble: Seen = { echo: 'own-trouble', neighbour: 'own-trouble' }

/** Whether somebody answered: then nothing else has to be found out. */
export const showsLife = ({ echo, neighbour }: Seen): boolean =>
  echo === 'replied' || echo === 'icmp-error' || neighbour === 'answered'

/** `before` is the way to the address; it has to be the same at the end, or silence means nothing. */
export const lookAtAddress = async (
  look: Look,
  address: ProbeAddress,
  before: PathSeen,
): Promise<Seen> => {
  if (before.kind === 'not-run') return notRun
  if (before.kind !== 'path') return ownTrouble
  const seen = await lookAlong(look, address, before.path)
  if (showsLife(seen)) return seen
  const after = await askPath(look, address)
  if (after.kind === 'not-run') return notRun
  return after.kind === 'path' && isSamePath(before.path, after.path) ? seen : ownTrouble
}

const lookAlong = async (look: Look, address: ProbeAddress, path: Path): Promise<Seen> => {
  switch (path.kind) {
    case 'on-link':
      return await lookOnLink(look, address, path)
    case 'off-link':
      return {
        echo: await ping(look, address, path.source, offLinkPing),
        neighbour: 'off-link',
      }
  }
}

const lookOnLink = async (look: Look, address: ProbeAddress, path: Path): Promise<Seen> => {
  let worstEcho: EchoSeen = 'not-run'
  for (let rounds = 0; rounds < roundsMax; rounds += 1) {
    const roundBeganMs = look.clock.nowMs()
    const before = await askNeighbour(look, address, path.device)
    const echo = await ping(look, address, path.source, rounds === 0 ? onLinkPing : againPing)
    worstEcho = rounds === 0 ? echo : worse(worstEcho, echo)
    const round = { before, echo, roundBeganMs }
    const judgement = await judgeUntilTold(look, address, path, round)
    if (judgement !== 'ask-again') return { echo: worstEcho, neighbour: seenAs(judgement) }
  }
  return { echo: worstEcho, neighbour: 'not-run' }
}

type Told = Exclude<NeighbourJudgement, 'wait'>
type OpenRound = Pick<Round, 'before' | 'echo'> & { readonly roundBeganMs: number }

const judgeUntilTold = async (
  look: Look,
  address: ProbeAddress,
  path: Path,
  { before, echo, roundBeganMs }: OpenRound,
): Promise<Told> => {
  const { clock, signal, beganMs } = look
  while (!signal.aborted) {
    const now = await askNeighbour(look, address, path.device)
    const nowMs = clock.nowMs()
    const spans = { roundMs: nowMs - roundBeganMs, lookMs: nowMs - beganMs }
    const judgement = judgeNeighbour({ before, echo, ...spans }, now)
    // Any other echo refuses already, so the neighbour table is not waited for.
    if (!isPartOfSilence(echo)) return judgement === 'answered' ? 'answered' : 'no-proof'
    if (judgement !== 'wait') return judgement
    await clock.wait(pollMs, signal)
  }
  return 'no-proof'
}

const isPartOfSilence = (echo: EchoSeen): boolean => echo === 'silent' || echo === 'no-neighbour'

const seenAs = (judgement: Exclude<Told, 'ask-again'>): NeighbourSeen => {
  switch (judgement) {
    case 'answered':
    case 'unresolved':
      return judgement
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

const isSamePath = (one: Path, other: Path): boolean =>
  one.device === other.device && one.source === other.source && firstHop(one) === firstHop(other)

const firstHop = (path: Path): string => (path.kind === 'off-link' ? path.gateway : '')
