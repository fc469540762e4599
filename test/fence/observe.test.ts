import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import { observe } from '../../agent/fence/observe.ts'
import type { ContactOutcome, Dial, ProbeEvidence } from '../../agent/fence/ports.ts'
import { fenceRequest, reportEvidence } from '../fixtures/fence-records.ts'
import { contactGives } from '../fixtures/fence-world.ts'
import { createSimClock } from '../fixtures/sim-clock.ts'

const address = '192.0.2.7'
const caller = {
  remoteAddress: '192.0.2.3',
  remotePort: 40_000,
  localAddress: '192.0.2.9',
  localPort: 7171,
}
const quiet: ProbeEvidence = {
  addresses: [{ address, echo: 'silent', neighbour: 'off-link' }],
  witnesses: [{ address: '192.0.2.1', answered: 'yes', vouchesFor: [address] }],
}
const noContact = (...dials: readonly Dial[]): ContactOutcome => ({
  kind: 'no-contact',
  dials,
  trail: { address: '', phases: [], detail: '' },
})

/** Plays one contact that takes `contactMs`, and a probe that takes 2 s. */
const play = async (contactMs: number, outcome: ContactOutcome, probed = quiet) => {
  const clock = createSimClock()
  const looks: object[] = []
  const ended: string[] = []
  const running = observe(
    {
      clock,
      suspect: {
        fence: async (_request, _budgetMs, signal, onAddresses) => {
          onAddresses([address])
          await clock.wait(contactMs, signal)
          return outcome
        },
      },
      probe: {
        look: async (addresses, budgetMs, signal, occasion) => {
          looks.push({ addresses, budgetMs, ...occasion })
          await clock.wait(2_000, signal)
          ended.push(signal.aborted ? 'stopped' : 'finished')
          return probed
        },
      },
    },
    fenceRequest({}, { caller }),
    19_600,
    new AbortController().signal,
  )
  await clock.advance(20_000)
  return { observation: await running, looks, ended }
}

test('a suspect that answers at once is not probed', async (t) => {
  const { observation, looks } = await play(100, contactGives(reportEvidence()))
  t.same(looks, [])
  t.equal(observation.evidence.kind, 'report')
})

test('a suspect that answers late ends the probes', async (t) => {
  const { observation, looks, ended } = await play(1_000, contactGives(reportEvidence()))
  t.same(looks, [{ addresses: [address], budgetMs: 19_300, sinceMs: 1_000_000, caller }])
  t.same(ended, ['stopped'])
  t.equal(observation.evidence.kind, 'report')
})

test('silence on TCP and of the probes is unreachable', async (t) => {
  const { observation, ended } = await play(4_500, noContact({ address, tcp: 'silent' }))
  t.same(ended, ['finished'])
  t.same(decide(observation.evidence), { kind: 'unreachable', because: 'every-address-silent' })
})

test('silence on TCP and an echo reply is not', async (t) => {
  const { observation } = await play(4_500, noContact({ address, tcp: 'silent' }), {
    ...quiet,
    addresses: [{ address, echo: 'replied', neighbour: 'off-link' }],
  })
  t.same(decide(observation.evidence), { kind: 'still-alive', because: 'suspect-answered' })
})

test('a contact that ends before its addresses are known proves no silence', async (t) => {
  const clock = createSimClock()
  const { evidence } = await observe(
    {
      clock,
      suspect: {
        fence: async () => await Promise.resolve(noContact({ address, tcp: 'silent' })),
      },
      probe: { look: async () => await Promise.resolve(quiet) },
    },
    fenceRequest(),
    19_600,
    new AbortController().signal,
  )
  t.same(decide(evidence), { kind: 'still-alive', because: 'silence-not-proven' })
})
