/** Keeps the answers on their way: one per task, bounded in number, noted for the next agent. */
import { parseCallbackUrl } from '../contract/request/callback-url.ts'
import { isCredible } from '../contract/reply/stored-reply.ts'
import { refusalReply } from '../contract/reply/fence-reply.ts'
import { asciiJson } from '../base/text/ascii-json.ts'
import type { Doubt } from '../domain/verdict.ts'
import type {
  AnswerBody,
  CallbackJournal,
  Callbacks,
  DeliveryEnd,
  LaterAnswer,
  LeftAnswer,
} from '../fence/callbacks.ts'
import { createDrain } from '../fence/drain.ts'
import type { CallbackAsk, FenceSubject } from '../fence/request.ts'
import { deliver } from './deliver.ts'
import type { DeliverDeps } from './deliver.ts'
import { createSemaphore } from '../base/limit/semaphore.ts'

export interface CallbackConfig {
  /** How long a proof may be sent, in ms. */
  readonly proofMs: number
  /** How long an answer is offered to its caller, in ms. */
  readonly retryMs: number
  /** Answers on their way at the same time, half of them at most to one address. */
  readonly waitingMax: number
}

export interface CallbackDeps extends Omit<DeliverDeps, 'places'> {
  readonly journal: CallbackJournal
  /** Whether anything may ever be sent to this address, whatever the configuration says. */
  readonly mayReach: (address: string) => boolean
  /** Called once per answer that left or was written off. Must not throw. */
  readonly onEnd: (end: DeliveryEnd) => void
  /** A bug, or a disk that takes nothing. Must not throw. */
  readonly onTrouble: (error: unknown, subject: FenceSubject, what: string) => void
}

export interface CallbackDelivery extends Callbacks {
  /** Delivers what the agent before us left, and gives its number. To be called once. */
  readonly resume: () => number
  /** Answers that are on their way, or wait for their callers. */
  readonly waiting: () => number
  /** Lets deliveries run for `graceMs`, then leaves the rest, of this number, to the next start. */
  readonly stop: (graceMs: number) => Promise<number>
}

/** Attempts at one address at the same time. */
const placesPerAddress = 32
/** A disk that takes longer for one line has stopped. */
const journalMsMax = 5_000

export const createCallbacks = (
  { proofMs, retryMs, waitingMax }: CallbackConfig,
  deps: CallbackDeps,
  left: readonly LeftAnswer[],
): CallbackDelivery => {
  const { agentId, clock, journal, onEnd, onTrouble, mayReach } = deps
  const drain = createDrain(clock)
  const refusalOf = (subject: FenceSubject, because: Doubt): string =>
    asciiJson(refusalReply(subject, because, 0, agentId))
  const deliverDeps = { ...deps, places: createSemaphore(placesPerAddress) }
  // What was left counts from the start, before anybody can ask for the same task again.
  const waiting = new Map(
    left.map(({ ask, subject }) => [keyOf(ask), { subject, place: placeOf(ask) }]),
  )

  const isWritten = async (line: Promise<void>, subject: FenceSubject): Promise<boolean> => {
    const done = new AbortController()
    const late = async (): Promise<never> => {
      await clock.wait(journalMsMax, done.signal)
      throw new Error('the journal did not answer in time')
    }
    const isOnDisk = await Promise.race([line, late()]).then(
      () => true,
      (error: unknown) => {
        onTrouble(error, subject, 'the journal did not take the record of an answer')
        return false
      },
    )
    done.abort()
    return isOnDisk
  }

  /**
   * Notes an answer for the agent after this one, and waits for no disk: the verdict of a proof is
   * on disk already. A refusal in the place of a line that is late would be worse than none,
   * because the next agent might find that line, and send the proof after the refusal.
   */
  const note = (answer: LaterAnswer): LaterAnswer => {
    void isWritten(journal.answer(answer), answer.subject)
    return answer
  }

  const send = async (answer: LaterAnswer, endsMs: number): Promise<void> => {
    const { subject, ask } = answer
    const destination = parseCallbackUrl(ask.url)
    const isReachable = destination !== undefined && mayReach(destination.address)
    const end = isReachable
      ? await deliver(answer, destination, { proofMs, endsMs }, deliverDeps, drain.signal)
      : unsendable(answer)
    if (end === undefined) return
    waiting.delete(keyOf(ask))
    onEnd(end)
    await isWritten(journal.delivery(end), subject)
  }

  /** Apart, so that the delivery holds on to the answer alone, and not to what it was made from. */
  const make = async (
    subject: FenceSubject,
    work: () => Promise<AnswerBody>,
  ): Promise<AnswerBody> => {
    try {
      return await work()
    } catch (error) {
      onTrouble(error, subject, 'an answer could not be made; refused')
      return { body: refusalOf(subject, 'internal-error') }
    }
  }

  const track = (subject: FenceSubject, ask: CallbackAsk, work: () => Promise<void>): void => {
    drain.track(work).catch((error: unknown) => {
      // The journal has the answer, or the intent: the next start delivers one.
      waiting.delete(keyOf(ask))
      onTrouble(error, subject, 'the delivery of an answer ended by a bug')
    })
  }

  return {
    recall: (subject, ask) => {
      const known = waiting.get(keyOf(ask))
      if (known === undefined) return 'new'
      return isAboutSame(known.subject, subject) ? 'same' : 'other'
    },
    accept: (subject, ask, work) => {
      if (waiting.size >= waitingMax) return false
      // A caller that is gone leaves room for the others.
      const place = placeOf(ask)
      const same = [...waiting.values()].filter((one) => one.place === place).length
      if (same >= Math.ceil(waitingMax / 2)) return false
      waiting.set(keyOf(ask), { subject, place })
      const making = make(subject, work)
      track(subject, ask, async () => {
        const made = await making
        const endsMs = clock.nowMs() + retryMs
        await send(note({ ...made, subject, ask }), endsMs)
      })
      return true
    },
    resume: () => {
      for (const { subject, ask, at, answer } of left) {
        const ageMs = Date.parse(clock.wallTime()) - Date.parse(at)
        // A wall clock that tells nothing gives the answer its whole time once more.
        const endsMs = clock.nowMs() + retryMs - (ageMs > 0 ? ageMs : 0)
        track(subject, ask, async () => {
          const whole =
            answer === undefined || !isCredible(answer, subject)
              ? note({ subject, ask, body: refusalOf(subject, 'interrupted') })
              : { ...answer, subject, ask }
          await send(whole, endsMs)
        })
      }
      return left.length
    },
    waiting: () => waiting.size,
    stop: async (graceMs) => {
      await drain.finish(graceMs)
      return waiting.size
    },
  }
}

const keyOf = ({ task, url }: CallbackAsk): string => JSON.stringify([task, url])

const placeOf = ({ url }: CallbackAsk): string => parseCallbackUrl(url)?.address ?? ''

const isAboutSame = (one: FenceSubject, other: FenceSubject): boolean =>
  one.vm === other.vm &&
  one.suspect.hostUuid === other.suspect.hostUuid &&
  one.suspect.addresses.join() === other.suspect.addresses.join()

const unsendable = ({ subject, ask }: LaterAnswer): DeliveryEnd => ({
  subject,
  ask,
  end: 'written-off',
  said: 'nothing',
  attempts: 0,
  status: 0,
  ms: 0,
})
