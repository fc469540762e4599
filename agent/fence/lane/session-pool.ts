/** Keeps the sessions of a lane: the one in use, those that are full, those being opened. */
import type { Evidence } from '../../domain/evidence.ts'
import { isIpv4, isIpv6 } from '../../base/net/host-address.ts'
import { afterContact, mayHaveHadContact } from '../contact-before.ts'
import { holdSession } from './batch-run.ts'
import type { HeldSession } from './batch-run.ts'
import { isHeard, joinWatch, stillIn, tellSilence } from './own-silence.ts'
import type { Ticket } from './ticket.ts'
import type { ContactDeps, Opened } from '../open-suspect.ts'
import { faultSeen, watchSilence } from '../watch-silence.ts'
import type { SuspectTarget } from '../request.ts'

export interface SessionPool {
  /** The session that new tickets use; undefined if there is none. */
  readonly current: () => HeldSession | undefined
  /**
   * Opens a session for those of the queue for whom none is on its way. Gives how long, in ms,
   * until that may be worth another call, where nothing happens before.
   */
  readonly connect: (queue: ReadonlySet<Ticket>) => number | undefined
  /** The current one takes no newcomers any more; false if too many are full already. */
  readonly giveUp: () => boolean
  /** To be called after each run. */
  readonly afterRun: (on: HeldSession) => void
  readonly count: () => number
  readonly isOpening: () => boolean
  /** Closes the one that newcomers would use. */
  readonly drop: () => void
}

/** Sessions of one lane at once: as many times as many VMs that cannot die may hang. */
export const sessionsMax = 4

/** Openings of one lane at once. */
export const openingsMax = 3

/**
 * How long newcomers wait, in ms, for an opening in which nothing was heard, before they get one of
 * their own: its silence would not be theirs.
 */
export const openAgainMs = 500

/** How long they wait, in ms, for one in which something was heard: a login may be slow. */
export const openBesideMs = 10_000

/** How long a session leads where a name leads, in ms: then the name is asked for again. */
export const nameLeadsMs = 5000

/** `onChange` is called when a session has come, has ended, or will not come. */
export const createSessionPool = (
  target: SuspectTarget,
  deps: ContactDeps,
  signal: AbortSignal,
  onChange: () => void,
): SessionPool => {
  const { clock, heard } = deps
  let held: Held | undefined
  const full = new Set<Held>()
  const awaiting = new Set<Ticket>()
  /** Those who wait for an opening whose every look so far was silent. */
  const watches = new Set<Set<Ticket>>()
  let openings = 0
  let lastOpenMs = 0
  /** When anything came from the suspect, on whichever connection, and wherever its names led. */
  let heardMs = Number.NEGATIVE_INFINITY
  const onHeard = (address: string): void => {
    heardMs = clock.nowMs()
    heard.note(address)
  }
  const isByName = hasName(target)
  const isStale = ({ openedMs }: Held): boolean =>
    isByName && clock.nowMs() - openedMs >= nameLeadsMs

  const adopt = ({ session, trail }: OpenedSession, present: ReadonlySet<Ticket>): void => {
    onHeard(trail.address)
    if (held?.session.isFit() === true) {
      session.close()
      return
    }
    const openedMs = clock.nowMs()
    const one = {
      ...holdSession({ session, trail, openedMs, openedFor: present }, signal),
      openedMs,
    }
    held = one
    void session.ended.then(() => {
      if (held === one) held = undefined
      full.delete(one)
      onChange()
    })
  }

  /** If no session is there by now, what an opening saw answers every ticket that waits. */
  const settle = (
    seen: Extract<Opened, { kind: 'seen' }>['seen'],
    waiting: readonly Ticket[],
  ): void => {
    const { evidence, trail } = seen
    const isNobodyServed = held?.session.isFit() !== true && !takeBack()
    for (const ticket of isNobodyServed ? waiting : []) {
      ticket.settle({ evidence: afterContact(evidence, hadContact(evidence, ticket)), trail })
    }
    // For others. What this look itself saw speaks for itself.
    if (mayHaveHadContact(evidence)) heardMs = clock.nowMs()
    heard.noteSeen(seen)
  }

  /** A full session has room again, and there is no other. */
  const takeBack = (): boolean => {
    const spare = [...full].find((one) => one.session.isFit() && one.mayRun() && !isStale(one))
    if (spare === undefined) return false
    full.delete(spare)
    held = spare
    return true
  }

  /** It was alive in this very fence. */
  const hadContact = (evidence: Evidence, { sinceMs }: Ticket): boolean =>
    heardMs >= sinceMs || isHeard(heard, evidence, sinceMs)

  const open = async (present: Set<Ticket>, queue: ReadonlySet<Ticket>): Promise<void> => {
    openings += 1
    lastOpenMs = clock.nowMs()
    for (const ticket of present) awaiting.add(ticket)
    const asks = [...present]
    const opened = await watchSilence(deps, target, {
      waiting: () => stillIn(queue, present).map((ticket) => ticket.leftMs()),
      signal,
      caller: asks.find(({ request }) => request.caller !== undefined)?.request.caller,
      isSilenceWanted: asks.some(({ isSilenceWanted }) => isSilenceWanted),
      onHeard,
      onSilent: (silent) => {
        watches.add(present)
        for (const ticket of queue) joinWatch(ticket, present, awaiting)
        if (held?.session.isFit() === true) return
        tellSilence(silent, stillIn(queue, present), clock.nowMs(), hadContact)
      },
    }).catch(faultSeen)
    openings -= 1
    watches.delete(present)
    for (const ticket of present) awaiting.delete(ticket)
    if (opened.kind === 'open') adopt(opened, present)
    else settle(opened.seen, stillIn(queue, present))
    onChange()
  }

  const giveUp = (): boolean => {
    if (held?.runs() === 0) held.session.close()
    else if (held !== undefined && full.size + 1 < sessionsMax) full.add(held)
    else return false
    held = undefined
    return true
  }

  return {
    current: () => {
      if (held !== undefined && isStale(held) && !giveUp()) return undefined
      return held?.session.isFit() === true ? held : undefined
    },
    connect: (queue) => {
      if (held?.session.isFit() === true) return undefined
      const newcomers = [...queue].filter((ticket) => !awaiting.has(ticket))
      if (newcomers.length === 0) return undefined
      const [watch] = watches
      if (watch !== undefined) {
        for (const ticket of newcomers) joinWatch(ticket, watch, awaiting)
        return undefined
      }
      if (openings > 0) {
        if (openings >= openingsMax) return undefined
        const patienceMs = heardMs >= lastOpenMs ? openBesideMs : openAgainMs
        const waitMs = lastOpenMs + patienceMs - clock.nowMs()
        if (waitMs > 0) return waitMs
      }
      void open(new Set(newcomers), queue)
      return undefined
    },
    giveUp,
    afterRun: (on) => {
      if (on !== held && on.runs() === 0) on.session.close()
    },
    count: () => full.size + (held === undefined ? 0 : 1),
    isOpening: () => openings > 0,
    drop: () => {
      held?.session.close()
      held = undefined
    },
  }
}

type OpenedSession = Extract<Opened, { kind: 'open' }>

interface Held extends HeldSession {
  readonly openedMs: number
}

export const hasName = ({ addresses }: SuspectTarget): boolean =>
  addresses.some((address) => !isIpv4(address) && !isIpv6(address))
