import { test } from 'tap'
import { doubts } from '../../agent/domain/verdict.ts'
import type { Doubt } from '../../agent/domain/verdict.ts'
import { nextContact } from '../../agent/fence/retry-policy.ts'

/** All waits that a doubt gets, should it come back every time. */
const waitsOf = (because: Doubt): readonly number[] => {
  const waits: number[] = []
  for (let contacts = 1; contacts < 100; contacts += 1) {
    const next = nextContact(because, { contacts, slow: 0 }, 0)
    if (next === undefined) break
    waits.push(next.waitMs)
  }
  return waits
}

test('a way to the suspect that failed is tried again, at growing distances, and not for ever', async (t) => {
  for (const because of ['contact-lost', 'connection-dropped', 'connection-refused'] as const) {
    t.same(waitsOf(because), [100, 200, 400, 800, 1600], because)
  }
})

test('what takes seconds to show is tried once more', async (t) => {
  for (const because of ['banner-stalled', 'login-cut-off', 'suspect-answered'] as const) {
    t.same(waitsOf(because), [100], because)
  }
})

test('what would end the same way is not asked twice, and no login is hammered', async (t) => {
  for (const because of [
    'login-refused',
    'peer-penalised',
    'host-key-changed',
    'wrong-host',
    'unkillable',
    'respawned',
    'program-version',
    'program-missing',
    'sudo-refused',
    'deadline-passed',
    'internal-error',
  ] as const) {
    t.same(waitsOf(because), [], because)
  }
})

test('every doubt has a limit', async (t) => {
  for (const because of doubts) t.ok(waitsOf(because).length <= 5, because)
})

test('a contact is not begun that could not come as far as the last one', async (t) => {
  const once = { contacts: 1, slow: 0 }
  t.same(nextContact('suspect-answered', once, 4_500), { waitMs: 100, needsMs: 4_600 })
  t.same(nextContact('suspect-answered', once, 10), { waitMs: 100, needsMs: 600 })
  t.same(
    nextContact('contact-lost', once, 4_500),
    { waitMs: 100, needsMs: 600 },
    'the next may be fast',
  )
})

test('two slow connections are enough for a host that may be sick', async (t) => {
  const next = (slow: number) => nextContact('contact-lost', { contacts: 3, slow }, 4_500)
  t.same(next(1), { waitMs: 400, needsMs: 900 })
  t.equal(next(2), undefined)
})
