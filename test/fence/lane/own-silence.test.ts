import { test } from 'tap'
import {
  joinWatch,
  ownSilence,
  stillIn,
  tellSilence,
} from '../../../agent/fence/lane/own-silence.ts'
import type { Observation } from '../../../agent/fence/observation.ts'
import type { Ticket } from '../../../agent/fence/lane/ticket.ts'
import { cleanSilence } from '../../fixtures/values/evidence.ts'
import { createSimClock } from '../../fixtures/worlds/sim-clock.ts'
import { ticketFor } from '../../fixtures/worlds/lane-world.ts'

const trail = { address: '', phases: [], detail: '' }
/** A silence of 15 s, of which another look takes 3.5 s; it is over now, at 15 s. */
const silent = { silence: cleanSilence, trail, sinceMs: 0, nextMs: 3_500 }
const ticket = (change: Partial<Ticket>): Ticket => ({
  ...ticketFor(1, createSimClock()),
  startedMs: 0,
  leftMs: () => 10_000,
  isSilenceWanted: true,
  ...change,
})

const rows: readonly (readonly [string, Partial<Ticket>, boolean, number])[] = [
  ['who has time for another look', {}, true, 15_000],
  ['who came later has heard less of it', { startedMs: 6_000 }, true, 9_000],
  ['who was there before it', { startedMs: -5_000 }, true, 15_000],
  ['who has no time', { leftMs: () => 3_499 }, false, 15_000],
  ['who never can hear enough', { startedMs: 14_000, leftMs: () => 14_999 }, false, 1_000],
  ['who just can', { startedMs: 14_000, leftMs: () => 15_000 }, true, 1_000],
  ['to whom silence proves nothing', { isSilenceWanted: false }, false, 15_000],
]

test('what a silence is to one who waits', async (t) => {
  for (const [who, change, mayBeLonger, lastedMs] of rows) {
    const own = ownSilence(silent, ticket(change), 15_000)
    t.match(own, { mayBeLonger, evidence: { silence: { lastedMs } } }, who)
  }
})

test('it is told to those who do not wait for more, and to who was in contact as that', async (t) => {
  const told: Observation[] = []
  const settle = (seen: Observation): void => {
    told.push(seen)
  }
  const [patient, hasty] = [ticket({ settle }), ticket({ settle, leftMs: () => 0 })]
  tellSilence(silent, [patient, hasty], 15_000, () => false)
  t.match(told, [{ evidence: { silence: { contactBefore: false } } }])
  t.equal(told.length, 1)
  tellSilence(silent, [patient], 15_000, () => true)
  t.match(told[1], { evidence: { silence: { contactBefore: true } } })
})

test('a newcomer joins once, and who has left the queue waits no more', async (t) => {
  const [one, other] = [ticket({}), ticket({})]
  const present = new Set([one])
  const awaiting = new Set([one])
  joinWatch(one, present, awaiting)
  joinWatch(other, present, awaiting)
  t.same([present.size, awaiting.size], [2, 2])
  t.same(stillIn(new Set([other]), present), [other])
})
