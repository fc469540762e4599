/** What has to hold of every round, whatever the faults. Pure: a history in, its violations out. */
import type { Answer, FenceSeen, JournalRecord, LivingQemu, RoundHistory } from './history.ts'

export interface Violation {
  readonly invariant: Invariant
  /** Whether a VM may have been started on a wrong word: two qemu on one disk. */
  readonly unsafe: boolean
  readonly text: string
}

export type Invariant =
  | 'one-verdict'
  | 'answered'
  | 'in-budget'
  | 'dead-is-dead'
  | 'silent-is-silent'
  | 'journalled'
  | 'bystanders-live'

export const verdictWords = [
  'qemuConfirmedDead',
  'targetHostUnreachable',
  'qemuStillAlive',
] as const
export type VerdictWord = (typeof verdictWords)[number]

/** The verdict as every kind of caller would read it; undefined where two of them would differ. */
export const readVerdict = ({ status, body }: Answer): VerdictWord | undefined => {
  const isTrue = verdictWords.filter((word) => body[word] === true)
  const areBooleans = verdictWords.every((word) => typeof body[word] === 'boolean')
  const [only] = isTrue
  if (status !== 200 || !areBooleans || only === undefined || isTrue.length !== 1) return undefined
  const agrees = body['success'] === (only !== 'qemuStillAlive') && body['verdict'] === only
  const explains = (typeof body['error'] === 'string') === (only === 'qemuStillAlive')
  return agrees && explains ? only : undefined
}

export const findViolations = (history: RoundHistory): readonly Violation[] => [
  ...history.fences.flatMap((fence) => [
    ...checkAnswer(fence),
    ...checkDead(fence, history),
    ...checkSilent(fence),
    ...checkAnswerJournalled(fence),
  ]),
  ...checkJournal(history),
  ...history.bystanders
    .filter(({ isAlive }) => !isAlive)
    .map(({ name }) => violation('bystanders-live', true, `${name} died`)),
]

const violation = (invariant: Invariant, unsafe: boolean, text: string): Violation => ({
  invariant,
  unsafe,
  text,
})

/** What a busy machine may add. The report counts what came later than its budget at all. */
const wayMs = 500
/** An observer that was this late itself cannot tell whose fault a late answer is. */
const starvedMs = 250

const checkAnswer = (fence: FenceSeen): readonly Violation[] => {
  const { answer, agentKilled, sentMs, endedMs, budgetMs, lagMs } = fence
  if (answer === undefined) {
    return agentKilled ? [] : [violation('answered', false, nameOf(fence))]
  }
  const found: Violation[] = []
  if (readVerdict(answer) === undefined) {
    const text = `${nameOf(fence)}: status ${answer.status}, ${JSON.stringify(answer.body)}`
    found.push(violation('one-verdict', true, text))
  }
  const tookMs = Math.round(endedMs - sentMs)
  const ownMs = Number(answer.body['durationMs'])
  if (tookMs > budgetMs + wayMs && lagMs < starvedMs) {
    const text = `${tookMs} of ${budgetMs} ms, ${ownMs} by its own clock, our own lag ${lagMs} ms`
    found.push(violation('in-budget', false, `${nameOf(fence)}: ${text}`))
  }
  return found
}

const said = ({ answer }: FenceSeen, word: VerdictWord): boolean =>
  answer !== undefined && answer.body[word] === true

/** A start is told in ticks of 10 ms, rounded down. */
const tickMs = 10

/**
 * Nothing on the peer can see a qemu that starts between the last look and the answer; the look
 * ends at most this long before. Where something on the host restarts the VM that is the restart's
 * fault.
 */
const lastLookMs = 250

const checkDead = (fence: FenceSeen, history: RoundHistory): readonly Violation[] => {
  if (!said(fence, 'qemuConfirmedDead')) return []
  const { atAnswer, endedMs, faults, vm } = fence
  const graceMs = faults.includes('respawner') ? lastLookMs : tickMs
  const wasThere = ({ startedMs }: LivingQemu): boolean => startedMs + graceMs < endedMs
  const later = history.sightings.filter((one) => one.vm === vm && one.atMs >= endedMs)
  const looks = [{ atMs: endedMs, ...atAnswer }, ...later]
  const found = looks.flatMap(({ atMs, living }) =>
    living.filter(wasThere).map(({ pid, tasks }) => {
      const after = Math.round(atMs - endedMs)
      return `${nameOf(fence)}: ${after} ms after it, pid ${pid} lives: ${tasks.join(', ')}`
    }),
  )
  const isRestarted = looks.some(({ living }) => living.some((qemu) => !wasThere(qemu)))
  const before = atAnswer.counters.join()
  const moved = later.find(({ counters }) => counters.join() !== before)
  if (moved !== undefined && !isRestarted) {
    found.push(`${nameOf(fence)}: the disk went from ${before} to ${moved.counters.join()}`)
  }
  return firstOf('dead-is-dead', found)
}

/**
 * What silence is to the agents here: for so long nothing may have been heard, whoever asked.
 * Rounds are short: how long it has to last elsewhere is for test/lab/silence-ways.test.ts.
 */
export const silenceSec = 4

/**
 * Until a request has become a packet. What was heard before that nobody asked for in this fence.
 */
const departureMs = 250

const checkSilent = (fence: FenceSeen): readonly Violation[] => {
  if (!said(fence, 'targetHostUnreachable')) return []
  const { suspectAddresses, witnessAddress, lastHeardMs } = fence.atAnswer
  const heard = (address: string, sinceMs: number): boolean =>
    (lastHeardMs[address] ?? Number.NEGATIVE_INFINITY) >= sinceMs
  const askedMs = fence.sentMs + departureMs + 2 * fence.lagMs
  const silentMs = Math.min(askedMs, fence.endedMs - silenceSec * 1000)
  const found = suspectAddresses
    .filter((address) => heard(address, silentMs))
    .map((address) => {
      const ago = Math.round(fence.endedMs - (lastHeardMs[address] ?? 0))
      return `${nameOf(fence)}: ${address} was heard ${ago} ms before it`
    })
  if (!heard(witnessAddress, fence.sentMs)) found.push(`${nameOf(fence)}: no witness was heard`)
  return firstOf('silent-is-silent', found)
}

/** One wrong word is one violation, however often it shows. */
const firstOf = (invariant: Invariant, found: readonly string[]): readonly Violation[] =>
  found.slice(0, 1).map((text) => violation(invariant, true, text))

const journalFailed = 'journal-failed'

/**
 * Intent and outcome are on disk when the answer arrives, with the verdict that was answered; but
 * for the refusal that says that they are not.
 */
const checkAnswerJournalled = (fence: FenceSeen): readonly Violation[] => {
  const word = fence.answer && readVerdict(fence.answer)
  if (word === undefined || fence.answer?.body['reason'] === journalFailed) return []
  const { journal } = fence.atAnswer
  const isWhole =
    journal.map(({ type }) => type).join() === 'intent,outcome' &&
    journal.every(({ fenceId }) => fenceId === fence.answer?.body['fenceId']) &&
    journal[1]?.verdict === word
  if (isWhole) return []
  const text = `${nameOf(fence)}: at the answer the journal holds ${JSON.stringify(journal)}`
  return [violation('journalled', false, text)]
}

/**
 * In the end each intent has exactly one outcome, also where the agent was killed in between. A
 * journal that was late may hold the first verdict, and then the refusal that was answered in its
 * place.
 */
const checkJournal = ({ journal }: RoundHistory): readonly Violation[] => {
  const ofFence = new Map<string, JournalRecord[]>()
  for (const record of journal) {
    ofFence.set(record.fenceId, [...(ofFence.get(record.fenceId) ?? []), record])
  }
  return [...ofFence].flatMap(([fenceId, records]) => {
    const types = records.map(({ type }) => type).join()
    const isLate = records.at(-1)?.reason === journalFailed
    if (types === 'intent,outcome') return []
    if (isLate && /^intent(,outcome)+$/.test(types)) return []
    return [violation('journalled', false, `fence ${fenceId} has the records ${types}`)]
  })
}

const nameOf = ({ answer, faults, requestId }: FenceSeen): string => {
  const word = answer === undefined ? 'no answer' : String(answer.body['reason'])
  return `${requestId} (${faults.join(' + ') || 'no fault'}) ${word}`
}
