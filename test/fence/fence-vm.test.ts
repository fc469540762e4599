import { test } from 'tap'
import { createWorld, contactGives } from '../fixtures/worlds/fence-world.ts'
import type { Neighbours, Opening } from '../../agent/fence/ports.ts'
import {
  silentAddress,
  someNeighbour,
  someNeighbourDeath,
  someWitness,
} from '../fixtures/values/evidence.ts'
import { fenceRequest, reportEvidence } from '../fixtures/values/fence-records.ts'

const never = async (): Promise<never> => await new Promise<never>(() => undefined)
const dead = () => contactGives(reportEvidence())

test('the intent is written before anything is sent, the outcome before the answer', async (t) => {
  const { service, events, verdicts } = createWorld({
    suspect: async () => await Promise.resolve(dead()),
  })
  const record = await service.fence(fenceRequest())
  t.same(record.verdict, { kind: 'confirmed-dead', because: 'destroyed' })
  t.same(events, ['contact', 'intent fence-1', 'run', 'outcome fence-1 destroyed'])
  t.same(verdicts, [record], 'the same value is what the log line is made of')
  t.equal(service.inFlight(), 0)
})

test('without an intent on disk nothing is sent', async (t) => {
  const { service, events } = createWorld({
    suspect: async () => await Promise.resolve(dead()),
    journal: {
      intent: async () => {
        await Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
      },
    },
  })
  const { verdict, trail } = await service.fence(fenceRequest())
  t.same(verdict, { kind: 'still-alive', because: 'journal-failed' })
  t.match(trail.detail, /ENOSPC/)
  t.same(events, ['contact', 'outcome fence-1 journal-failed'], 'it connects, and runs nothing')
})

test('a journal that fails with something that is no error is none either', async (t) => {
  const { service } = createWorld({
    journal: { intent: async () => await Promise.reject('secret text') },
  })
  const { verdict, trail } = await service.fence(fenceRequest())
  t.same(verdict, { kind: 'still-alive', because: 'journal-failed' })
  t.equal(trail.detail, 'the intent was not written: unknown')
})

test('a journal that hangs on the intent ends in a refusal inside the budget', async (t) => {
  const { service, clock, events } = createWorld({
    suspect: async () => await Promise.resolve(dead()),
    journal: { intent: never },
  })
  const answer = service.fence(fenceRequest({}, { budgetMs: 5_000 }))
  await clock.advance(5_000)
  const { verdict, durationMs } = await answer
  t.same(verdict, { kind: 'still-alive', because: 'journal-failed' })
  t.ok(durationMs < 5_000)
  t.notOk(events.includes('run'), 'and nothing was sent')
})

test('whose own intent is not on disk gets no verdict of a look that it joined', async (t) => {
  const { service, clock } = createWorld({
    suspect: async (_target, _budgetMs, signal) => {
      await clock.wait(1_000, signal)
      return dead()
    },
    journal: {
      intent: async ({ fenceId }) => {
        if (fenceId === 'b') await Promise.reject(new Error('full'))
      },
    },
  })
  const answers = ['a', 'b'].map(
    async (fenceId) => await service.fence(fenceRequest({}, { fenceId })),
  )
  await clock.advance(1_000)
  const because = (await Promise.all(answers)).map(({ verdict }) => verdict.because)
  t.same(because, ['destroyed', 'journal-failed'])
})

test('who joins a look that was given up for want of an intent looks by itself', async (t) => {
  const { service, clock } = createWorld({
    suspect: async (_target, _budgetMs, signal) => {
      await clock.wait(1_000, signal)
      return dead()
    },
    journal: {
      intent: async ({ fenceId }) => {
        if (fenceId === 'a') await Promise.reject(new Error('full'))
      },
    },
  })
  const answers = ['a', 'b'].map(
    async (fenceId) => await service.fence(fenceRequest({}, { fenceId })),
  )
  await clock.advance(3_000)
  const because = (await Promise.all(answers)).map(({ verdict }) => verdict.because)
  t.same(because, ['journal-failed', 'destroyed'])
})

test('a proof that cannot be written down is not answered as a proof', async (t) => {
  let calls = 0
  const { service, events } = createWorld({
    suspect: async () => await Promise.resolve(dead()),
    journal: {
      outcome: async () => {
        calls += 1
        if (calls === 1) await Promise.reject(new TypeError('broken'))
      },
    },
  })
  const { verdict, trail } = await service.fence(fenceRequest())
  t.same(verdict, { kind: 'still-alive', because: 'journal-failed' })
  t.match(trail.detail, /TypeError/)
  t.same(events.at(-1), 'outcome fence-1 journal-failed', 'and the answer itself is written down')
})

test('a proof whose fsync hangs is answered as a refusal, inside the budget', async (t) => {
  const { service, clock } = createWorld({
    suspect: async () => await Promise.resolve(dead()),
    journal: { outcome: never },
  })
  const answer = service.fence(fenceRequest({}, { budgetMs: 3_000 }))
  await clock.advance(3_000)
  const { verdict, trail } = await answer
  t.same(verdict, { kind: 'still-alive', because: 'journal-failed' })
  t.match(trail.detail, /LATE/)
})

test('a proof that is older than the budget is refused by the clock, whichever timer fires first', async (t) => {
  for (const [during, stalledMs, because, written] of [
    ['the contact', 19_999, 'destroyed', ['destroyed']],
    ['the contact', 20_000, 'deadline-passed', ['deadline-passed']],
    ['the write', 19_999, 'destroyed', ['destroyed']],
    ['the write', 20_000, 'deadline-passed', ['destroyed', 'deadline-passed']],
  ] as const) {
    const { service, clock, events } = createWorld({
      suspect: async () => {
        if (during === 'the contact') clock.stall(stalledMs)
        return await Promise.resolve(dead())
      },
      journal: {
        outcome: async ({ verdict }) => {
          if (during === 'the write' && verdict.because === 'destroyed') clock.stall(stalledMs)
          await Promise.resolve()
        },
      },
    })
    const { verdict, evidence } = await service.fence(fenceRequest({}, { budgetMs: 20_000 }))
    t.equal(verdict.because, because, `${stalledMs} ms in ${during}`)
    t.equal(evidence.kind, 'report')
    const outcomes = events.filter((event) => event.startsWith('outcome'))
    t.same(
      outcomes,
      written.map((word) => `outcome fence-1 ${word}`),
    )
  }
})

test('a refusal that is older than the budget keeps its own word', async (t) => {
  const { service, clock } = createWorld({
    suspect: async () => {
      clock.stall(30_000)
      return await Promise.resolve(contactGives({ kind: 'refusal', because: 'login-refused' }))
    },
  })
  const { verdict } = await service.fence(fenceRequest({}, { budgetMs: 20_000 }))
  t.equal(verdict.because, 'login-refused')
})

test('a contact that never ends is answered before the budget ends', async (t) => {
  const { service, clock, verdicts } = createWorld({ suspect: never })
  const answer = service.fence(fenceRequest({}, { budgetMs: 20_000 }))
  await clock.advance(19_000)
  t.equal(verdicts.length, 0)
  t.equal(service.inFlight(), 1)
  await clock.advance(999)
  t.same((await answer).verdict, { kind: 'still-alive', because: 'deadline-passed' })
})

test('a late proof is worth nothing', async (t) => {
  const { service, clock } = createWorld({
    suspect: async (_request, budgetMs, signal) => {
      await clock.wait(budgetMs + 10_000, signal)
      return dead()
    },
  })
  const answer = service.fence(fenceRequest())
  await clock.advance(60_000)
  t.same((await answer).verdict, { kind: 'still-alive', because: 'deadline-passed' })
})

test('a budget that is too short for a contact begins none', async (t) => {
  const { service, events } = createWorld({})
  const { verdict } = await service.fence(fenceRequest({}, { budgetMs: 800 }))
  t.same(verdict, { kind: 'still-alive', because: 'deadline-passed' })
  t.notOk(events.some((event) => event.startsWith('contact')))
})

for (const [what, fault] of [
  ['an Error', new RangeError('secret remote text')],
  ['something that is no Error', 'secret remote text'],
] as const) {
  test(`a bug that throws ${what} is a refusal, and its text stays here`, async (t) => {
    const { service } = createWorld({
      suspect: async () => await Promise.reject(fault),
    })
    const record = await service.fence(fenceRequest())
    t.same(record.verdict, { kind: 'still-alive', because: 'internal-error' })
    t.notMatch(JSON.stringify(record), /secret remote text/)
  })
}

test('identical requests share one contact, and each has its own intent and outcome', async (t) => {
  let contacts = 0
  const { service, clock, events } = createWorld({
    suspect: async (_request, _budgetMs, signal) => {
      contacts += 1
      await clock.wait(1_000, signal)
      return dead()
    },
  })
  const answers = [
    service.fence(fenceRequest({}, { fenceId: 'a' })),
    service.fence(fenceRequest({}, { fenceId: 'b' })),
    service.fence(fenceRequest({ port: 2222 }, { fenceId: 'c' })),
  ]
  await clock.advance(1_000)
  const records = await Promise.all(answers)
  t.equal(contacts, 2, 'another port is another suspect')
  t.same(
    records.map(({ verdict }) => verdict.because),
    ['destroyed', 'destroyed', 'destroyed'],
  )
  t.match(records[1]?.trail.detail, /^joined: /)
  for (const id of ['a', 'b', 'c']) {
    t.ok(events.includes(`intent ${id}`) && events.includes(`outcome ${id} destroyed`), id)
  }
  const again = service.fence(fenceRequest({}, { fenceId: 'd' }))
  await clock.advance(1_000)
  await again
  t.equal(contacts, 3, 'what is finished is not joined')
})

test('who joins keeps a deadline of its own', async (t) => {
  const { service, clock } = createWorld({
    suspect: async (_request, _budgetMs, signal) => {
      await clock.wait(8_000, signal)
      return dead()
    },
  })
  const patient = service.fence(fenceRequest({}, { budgetMs: 20_000 }))
  const hasty = service.fence(fenceRequest({}, { budgetMs: 3_000 }))
  await clock.advance(3_000)
  t.same((await hasty).verdict, { kind: 'still-alive', because: 'deadline-passed' })
  await clock.advance(6_000)
  t.same((await patient).verdict, { kind: 'confirmed-dead', because: 'destroyed' })
})

test('who joins a look that ends in a doubt looks again, while there is time', async (t) => {
  let contacts = 0
  const { service, clock } = createWorld({
    suspect: async (_request, _budgetMs, signal) => {
      contacts += 1
      const outcome = contacts === 1 ? contactGives({ kind: 'out-of-time' }) : dead()
      await clock.wait(1_000, signal)
      return outcome
    },
  })
  const hasty = service.fence(fenceRequest({}, { budgetMs: 2_000 }))
  const patient = service.fence(fenceRequest({}, { budgetMs: 20_000 }))
  await clock.advance(2_500)
  t.equal((await hasty).verdict.because, 'deadline-passed')
  t.equal((await patient).verdict.because, 'destroyed')
  t.equal(contacts, 2)
})

test('who joins a look that had as much time takes its doubt as it is', async (t) => {
  let contacts = 0
  const { service, clock } = createWorld({
    suspect: async (_request, _budgetMs, signal) => {
      contacts += 1
      await clock.wait(1_000, signal)
      return contactGives({ kind: 'refusal', because: 'login-refused' })
    },
  })
  const answers = [service.fence(fenceRequest()), service.fence(fenceRequest())]
  await clock.advance(1_000)
  const because = (await Promise.all(answers)).map(({ verdict }) => verdict.because)
  t.same(because, ['login-refused', 'login-refused'])
  t.equal(contacts, 1)
})

test('who joins a look that had contact does not fall back to silence', async (t) => {
  let contacts = 0
  const { service, clock } = createWorld({
    suspect: async (_request, _budgetMs, signal, { onAddresses }) => {
      contacts += 1
      await clock.wait(1_000, signal)
      if (contacts === 1) return contactGives({ kind: 'refusal', because: 'contact-lost' })
      onAddresses(['192.0.2.7'])
      return {
        kind: 'no-contact',
        dials: [{ address: '192.0.2.7', tcp: 'silent' }],
        trail: { address: '', phases: [], detail: '' },
      }
    },
    probe: async () =>
      await Promise.resolve({
        addresses: [silentAddress],
        witnesses: [someWitness],
      }),
  })
  const hasty = service.fence(fenceRequest({}, { budgetMs: 1_900 }))
  const patient = service.fence(fenceRequest({}, { budgetMs: 20_000 }))
  await clock.advance(20_000)
  t.equal((await hasty).verdict.because, 'contact-lost')
  t.same((await patient).verdict, { kind: 'still-alive', because: 'contact-lost' })
  t.ok(contacts > 1, 'it looked again')
})

test('what is heard between two looks of a fence is contact in it', async (t) => {
  for (const [isHeard, kind] of [
    [true, 'still-alive'],
    [false, 'unreachable'],
  ] as const) {
    let contacts = 0
    const { service, clock } = createWorld({
      suspect: async (_request, _budgetMs, signal, { onAddresses, onHeard }) => {
        contacts += 1
        onAddresses(['192.0.2.7'])
        await clock.wait(4_000, signal)
        // In the pause before the next look.
        if (isHeard && contacts === 1) {
          void clock.wait(50, signal).then(() => {
            onHeard('192.0.2.7')
          })
        }
        return {
          kind: 'no-contact',
          dials: [{ address: '192.0.2.7', tcp: 'silent' }],
          trail: { address: '', phases: [], detail: '' },
        }
      },
      probe: async () => {
        const answered = contacts === 1 ? 'no' : 'yes'
        return await Promise.resolve({
          addresses: [silentAddress],
          witnesses: [{ ...someWitness, answered }],
        })
      },
    })
    const fence = service.fence(fenceRequest({}, { budgetMs: 30_000 }))
    await clock.advance(30_000)
    t.equal((await fence).verdict.kind, kind)
    t.ok(contacts > 1, 'it looked again')
  }
})

test('stopping waits for what is in flight', async (t) => {
  const { service, clock } = createWorld({
    suspect: async (_request, _budgetMs, signal) => {
      await clock.wait(2_000, signal)
      return dead()
    },
  })
  const answer = service.fence(fenceRequest())
  await clock.advance(10)
  const drained = service.drain(10_000)
  await clock.advance(2_000)
  await drained
  t.same((await answer).verdict, { kind: 'confirmed-dead', because: 'destroyed' })
})

test('what the grace does not bring to an end is refused', async (t) => {
  const { service, clock } = createWorld({ suspect: never })
  const answer = service.fence(fenceRequest())
  await clock.advance(10)
  const drained = service.drain(1_000)
  await clock.advance(1_000)
  await drained
  t.same((await answer).verdict, { kind: 'still-alive', because: 'shutting-down' })
  const { verdict } = await service.fence(fenceRequest({ port: 23 }))
  t.same(verdict, { kind: 'still-alive', because: 'shutting-down' }, 'and nothing new is begun')
})

test('who joins a look whose program was sent before takes no death of it, and looks by itself', async (t) => {
  const tell: (() => void)[] = []
  const { service, clock, events } = createWorld({
    suspect: async () => {
      const opening = contactGives(reportEvidence())
      if (opening.kind !== 'open') throw new Error('it opens')
      const { session } = opening
      const fence: typeof session.fence = async (...given) => {
        await new Promise<void>((resolve) => {
          tell.push(resolve)
        })
        return await session.fence(...given)
      }
      return await Promise.resolve({ ...opening, session: { ...session, fence } })
    },
  })
  const first = service.fence(fenceRequest({}, { budgetMs: 20_000 }))
  await clock.advance(1_000)
  const second = service.fence(fenceRequest({}, { fenceId: 'fence-2', budgetMs: 20_000 }))
  await clock.advance(1_000)
  tell[0]?.()
  await clock.advance(100)
  t.match(await first, { verdict: { because: 'destroyed' } })
  t.equal(tell.length, 2, 'the program is sent once more')
  t.notOk(events.includes('outcome fence-2 destroyed'))
  tell[1]?.()
  await clock.advance(100)
  t.match(await second, { verdict: { because: 'destroyed' }, durationMs: 1_100 })
})

const cannot = async (): Promise<Opening> =>
  await Promise.resolve(contactGives({ kind: 'own-trouble', because: 'credentials-unusable' }))
const provesIt: Neighbours = {
  ask: () => [
    {
      soFar: () => someNeighbour,
      answer: Promise.resolve({
        asked: { ...someNeighbour, said: 'dead' },
        death: someNeighbourDeath,
      }),
    },
  ],
}

test('a death that a neighbour proved is ours, and on disk before the answer', async (t) => {
  const { service, events } = createWorld({ suspect: cannot, neighbours: provesIt })
  const { verdict, evidence, trail } = await service.fence(fenceRequest())
  t.same(verdict, { kind: 'confirmed-dead', because: 'destroyed' })
  t.equal(evidence.kind, 'passed-on')
  t.match(trail.neighbours, [{ said: 'dead' }])
  t.same(events.slice(-1), ['outcome fence-1 destroyed'])
})

test('a fence that was passed on to us is not passed on again', async (t) => {
  const { service } = createWorld({ suspect: cannot, neighbours: provesIt })
  const request = fenceRequest({}, { passedOnBy: someNeighbour.agentId })
  t.equal((await service.fence(request)).verdict.because, 'credentials-unusable')
})

test('without an intent on disk nobody else is asked', async (t) => {
  const { service } = createWorld({
    suspect: cannot,
    neighbours: provesIt,
    journal: { intent: async () => await Promise.reject(new Error('full')) },
  })
  t.equal((await service.fence(fenceRequest())).verdict.because, 'journal-failed')
})

test('a death that a neighbour was asked for before a request came is not told to it', async (t) => {
  let asks = 0
  const neighbours: Neighbours = {
    ask: (ask) => {
      asks += 1
      return provesIt.ask(ask)
    },
  }
  const { service, clock } = createWorld({
    suspect: async (_target, _budgetMs, signal) => {
      await clock.wait(1_000, signal)
      return await cannot()
    },
    neighbours,
  })
  const first = service.fence(fenceRequest({}, { fenceId: 'a' }))
  await clock.advance(500)
  const second = service.fence(fenceRequest({}, { fenceId: 'b' }))
  await clock.advance(3_000)
  const records = await Promise.all([first, second])
  t.same(
    records.map(({ verdict }) => verdict.because),
    ['destroyed', 'destroyed'],
  )
  t.equal(asks, 2, 'each asks for itself')
})

test('what was passed on and called off begins nothing more', async (t) => {
  const { service, clock, events } = createWorld({
    suspect: async (_target, _budgetMs, signal) => {
      await clock.wait(1_000, signal)
      return dead()
    },
  })
  const calledOff = new AbortController()
  const request = fenceRequest({}, { passedOnBy: someNeighbour.agentId })
  const fenced = service.fence(request, calledOff.signal)
  await clock.advance(500)
  calledOff.abort()
  await clock.advance(5_000)
  t.equal((await fenced).verdict.because, 'called-off')
  t.notOk(events.includes('run'), 'its program is not sent any more')
})

test('whoever joined what was called off has it go on', async (t) => {
  const { service, clock, events } = createWorld({
    suspect: async (_target, _budgetMs, signal) => {
      await clock.wait(1_000, signal)
      return dead()
    },
  })
  const calledOff = new AbortController()
  const passed = fenceRequest({}, { fenceId: 'a', passedOnBy: someNeighbour.agentId })
  const first = service.fence(passed, calledOff.signal)
  const second = service.fence(fenceRequest({}, { fenceId: 'b' }))
  await clock.advance(500)
  calledOff.abort()
  await clock.advance(5_000)
  t.equal((await first).verdict.because, 'called-off')
  t.equal((await second).verdict.because, 'destroyed')
  t.ok(events.includes('run'))
})

test('what joins, is passed on and is called off looks no second time by itself', async (t) => {
  const { service, clock, events } = createWorld({
    suspect: async (_target, _budgetMs, signal) => {
      await clock.wait(1_000, signal)
      return await cannot()
    },
  })
  const calledOff = new AbortController()
  const first = service.fence(fenceRequest({}, { fenceId: 'a' }))
  const passed = fenceRequest({}, { fenceId: 'b', passedOnBy: someNeighbour.agentId })
  const second = service.fence(passed, calledOff.signal)
  await clock.advance(500)
  calledOff.abort()
  await clock.advance(5_000)
  t.equal((await first).verdict.because, 'credentials-unusable')
  t.equal((await second).verdict.because, 'called-off')
  t.equal(events.filter((event) => event === 'contact').length, 1)
})
