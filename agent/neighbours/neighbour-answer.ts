/**
 * What a neighbour's answer is worth to us. A death is believed only where every word that it rests
 * on is there by its good value; what the neighbour heard of the suspect is contact; all else is
 * words, which prove nothing and forbid nothing. Pure.
 */
import { aboutAnother } from '../client/judge-answer.ts'
import type { Judged, PeerAnswer } from '../client/judge-answer.ts'
import { deathProofs } from '../domain/verdict.ts'
import type { DeathProof } from '../domain/verdict.ts'
import type { NeighbourDeath } from '../domain/neighbour-evidence.ts'
import type { Killed } from '../fence/contact-trail.ts'
import { fieldsOf, hasContact } from './neighbour-contact.ts'
import type { Fields } from './neighbour-contact.ts'
import { plainObject } from './plain-object.ts'

export interface NeighbourQuestion {
  readonly vmUuid: string
  readonly targetHostIp: string
  /** Empty where none was sent. */
  readonly targetHostUuid: string
  /** Ours, which the answer has to bear. */
  readonly ownAgentId: string
  /** Whom we asked, as it called itself beforehand. */
  readonly agentId: string
}

export interface NeighbourWord {
  readonly said: 'dead' | 'contact' | 'words'
  readonly because: string
  readonly fenceId: string
  readonly killed: Killed
  /** Present exactly where `said` is `dead`; when it was asked for is for the asker to say. */
  readonly death?: Omit<NeighbourDeath, 'askedAfterMs'>
}

/** Never throws, whatever the answer. */
export const neighbourWord = (asked: NeighbourQuestion, judged: Judged): NeighbourWord => {
  switch (judged.kind) {
    case 'no-such-path':
      return words('it knows no such path', notBegun)
    case 'turned-away':
      return words(`turned away: ${judged.code}`, notBegun)
    case 'unclear':
      return words(judged.because, notKnown)
    case 'confirmed-dead':
    case 'unreachable':
    case 'refused':
      break
  }
  const { answer } = judged
  const { body } = answer
  const foreign = notToUs(asked, body)
  if (foreign !== undefined) return words(foreign, notKnown)
  const { reason: because, fenceId } = answer
  const told = { because, fenceId, killed: killedOf(body['killed']) }
  if (judged.kind === 'confirmed-dead') {
    const death = deathOf(asked, answer)
    // It has logged in there, whatever that is worth.
    return typeof death === 'string'
      ? { ...told, said: 'contact', because: `${because}, not believed: ${death}` }
      : { ...told, said: 'dead', death }
  }
  const isHeard = judged.kind === 'refused' && hasContact(because, fieldsOf(body['evidence']))
  return { ...told, said: isHeard ? 'contact' : 'words' }
}

const notBegun: Killed = { is: 'no', pids: [] }
const notKnown: Killed = { is: 'not-known', pids: [] }

const words = (because: string, killed: Killed): NeighbourWord => ({
  said: 'words',
  because,
  fenceId: '',
  killed,
})

/** Why it is no answer of this neighbour to our question; undefined where it is. */
const notToUs = (asked: NeighbourQuestion, body: Fields): string | undefined => {
  const another = aboutAnother(asked, body)
  if (another !== undefined) return another
  if (body['targetHostUuid'] !== asked.targetHostUuid) return 'the answer is about another host'
  if (body['passedOnBy'] !== asked.ownAgentId) return 'the answer does not say that we asked'
  return body['agentId'] === asked.agentId && asked.agentId !== asked.ownAgentId
    ? undefined
    : 'the answer is of another agent than the one that was asked'
}

const idShape = /^[0-9a-f]{32}$/

/** The death, or why it is not to be believed. */
const deathOf = (
  { targetHostUuid, agentId }: NeighbourQuestion,
  { reason, fenceId, body }: PeerAnswer,
): NonNullable<NeighbourWord['death']> | string => {
  const because: DeathProof | undefined = deathProofs.find((one) => one === reason)
  if (because === undefined) return 'its reason is not one of ours'
  if (!idShape.test(fenceId)) return 'it names no fence'
  if (body['by'] !== undefined) return 'it is the word of a third agent'
  const evidence = fieldsOf(body['evidence'])
  if (evidence['kind'] !== 'report') return 'it rests on no report'
  const { living, newcomers, unattributable, ambiguous, unreadable, hold } = fieldsOf(
    evidence['finalScan'],
  )
  const isNothingLeft = [living, newcomers, unattributable, ambiguous, unreadable].every(
    (count) => count === 0,
  )
  if (!isNothingLeft || hold !== 'kept') return 'its report does not show it'
  const isUuidSent = targetHostUuid !== ''
  const good = isUuidSent ? (['as-named', 'as-bound'] as const) : (['by-key'] as const)
  const host = good.find((one) => one === evidence['host'])
  if (host === undefined) return 'it does not show the host that was meant'
  return { agentId, fenceId, because, host, isUuidSent, theirs: plainObject(evidence) }
}

const pidsMax = 64

const killedOf = (value: unknown): Killed => {
  const { is, pids } = fieldsOf(value)
  if (is === 'no') return notBegun
  if (is !== 'yes') return notKnown
  const listed: readonly unknown[] = Array.isArray(pids) ? pids.slice(0, pidsMax) : []
  return { is, pids: listed.filter((pid) => Number.isSafeInteger(pid)) as number[] }
}
