/**
 * Answers that are sent later: what the inbound edge, the delivery and the journal know of them.
 */
import type { CallbackAsk, FenceSubject } from './request.ts'

/** The delivery, as the inbound edge sees it. */
export interface Callbacks {
  /**
   * Whether an answer to the same task at the same url is on its way already, and whether it is
   * about the same VM and host (`same`) or not (`other`).
   */
  readonly recall: (subject: FenceSubject, ask: CallbackAsk) => 'new' | 'same' | 'other'
  /**
   * Starts the work and delivers what it gives; a rejection is delivered as a refusal. False, and
   * nothing is started, where too many answers are on their way.
   */
  readonly accept: (
    subject: FenceSubject,
    ask: CallbackAsk,
    work: () => Promise<AnswerBody>,
  ) => boolean
}

export interface AnswerBody {
  readonly body: string
  /**
   * When it was proven, ISO 8601. Present exactly where the body lets HA proceed: such a body is
   * sent only while the proof is young.
   */
  readonly provenAt?: string
}

export interface LaterAnswer extends AnswerBody {
  readonly subject: FenceSubject
  readonly ask: CallbackAsk
}

/** How a delivery ended. */
export interface DeliveryEnd {
  readonly subject: FenceSubject
  readonly ask: CallbackAsk
  /** `no-such-task`: the caller does not wait for it, or no longer. `written-off`: out of time. */
  readonly end: 'delivered' | 'no-such-task' | 'rejected' | 'written-off'
  /** The last body that was sent: the answer, the refusal in its place, or none at all. */
  readonly said: 'answer' | 'verdict-expired' | 'nothing'
  readonly attempts: number
  /** The last HTTP status; 0 where the caller never answered. */
  readonly status: number
  readonly ms: number
}

/** What an agent before this one left undelivered, as its journal tells. */
export interface LeftAnswer {
  readonly subject: FenceSubject
  readonly ask: CallbackAsk
  /** When it came to be, as the journal has it. */
  readonly at: string
  /** Absent where the agent ended before there was one. */
  readonly answer?: AnswerBody
}

export interface CallbackJournal {
  /** Resolves when the answer is on disk; rejects when it is not. */
  readonly answer: (answer: LaterAnswer) => Promise<void>
  readonly delivery: (end: DeliveryEnd) => Promise<void>
}
