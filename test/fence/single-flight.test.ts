import { test } from 'tap'
import { createSingleFlight } from '../../agent/fence/single-flight.ts'
import type { FlightEvents } from '../../agent/fence/single-flight.ts'
import { Secret } from '../../agent/base/text/secret.ts'
import type { Observation } from '../../agent/fence/observation.ts'
import { fenceRequest, hostAddress, vmUuid } from '../fixtures/values/fence-records.ts'

const observation: Observation = {
  evidence: { kind: 'out-of-time' },
  trail: { address: '', phases: [], detail: '' },
}

test('what differs for the suspect is not shared', async (t) => {
  const inFlight = createSingleFlight()
  const start = async () => await new Promise<Observation>(() => undefined)
  t.notOk(inFlight.share(fenceRequest(), 1_000, start).joined)
  t.ok(
    inFlight.share(fenceRequest({}, { fenceId: 'x', requestId: 'y', budgetMs: 1 }), 1_000, start)
      .joined,
  )
  const others = [
    fenceRequest({}, { vm: vmUuid('f'.repeat(32)) }),
    fenceRequest({ addresses: [hostAddress('192.0.2.8')] }),
    fenceRequest({ addresses: [hostAddress('192.0.2.7'), hostAddress('192.0.2.8')] }),
    fenceRequest({ port: 23 }),
    fenceRequest({ user: 'ops' }),
    fenceRequest({ hostUuid: 'host-8' }),
    fenceRequest({ password: new Secret('one') }),
    fenceRequest({ password: new Secret('other') }),
    fenceRequest({ privateKey: new Secret('one') }),
  ]
  for (const request of others) t.notOk(inFlight.share(request, 1_000, start).joined)
})

test('the same secret is the same request', async (t) => {
  const inFlight = createSingleFlight()
  const start = async () => await new Promise<Observation>(() => undefined)
  inFlight.share(fenceRequest({ password: new Secret('one') }), 1_000, start)
  t.ok(inFlight.share(fenceRequest({ password: new Secret('one') }), 1_000, start).joined)
})

test('a look that failed is not joined afterwards', async (t) => {
  const inFlight = createSingleFlight()
  const failing = inFlight.share(
    fenceRequest(),
    1_000,
    async () => await Promise.reject(new Error('no')),
  )
  await t.rejects(failing.observation)
  const next = inFlight.share(fenceRequest(), 1_000, async () => await Promise.resolve(observation))
  t.notOk(next.joined)
  t.equal(await next.observation, observation)
})

test('the look is called off once the last who waits for it has left, and not before', async (t) => {
  const inFlight = createSingleFlight()
  let flight: FlightEvents | undefined
  const start = async (events: FlightEvents) => {
    flight = events
    return await new Promise<Observation>(() => undefined)
  }
  const [one, other] = [
    inFlight.share(fenceRequest(), 1_000, start),
    inFlight.share(fenceRequest(), 1_000, start),
  ]
  t.ok(other.joined)
  one.leave()
  t.notOk(flight?.calledOff.aborted)
  other.leave()
  t.ok(flight?.calledOff.aborted)
  t.notOk(inFlight.share(fenceRequest(), 1_000, start).joined, 'nobody joins what was called off')
})

test('whoever waits learns that it fails, and that the program was sent', async (t) => {
  const inFlight = createSingleFlight()
  let flight: FlightEvents | undefined
  const shared = inFlight.share(fenceRequest(), 1_000, async (events) => {
    flight = events
    return await new Promise<Observation>(() => undefined)
  })
  t.notOk(shared.isSent())
  flight?.onSent()
  t.ok(shared.isSent())
  flight?.onFailing()
  await t.resolves(shared.failing)
})
