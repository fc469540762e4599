import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import { createLastHeard } from '../../agent/fence/last-heard.ts'
import { openSuspect } from '../../agent/fence/open-suspect.ts'
import type { ContactDeps, Opened } from '../../agent/fence/open-suspect.ts'
import type { Dial, Opening, ProbeEvidence } from '../../agent/fence/ports.ts'
import { fenceRequest, reportEvidence } from '../fixtures/values/fence-records.ts'
import { silentAddress, someRules, someWitness } from '../fixtures/values/evidence.ts'
import { contactGives } from '../fixtures/worlds/fence-world.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

const address = '192.0.2.7'
const caller = {
  remoteAddress: '192.0.2.3',
  remotePort: 40_000,
  localAddress: '192.0.2.9',
  localPort: 7171,
}
const quiet: ProbeEvidence = {
  addresses: [silentAddress],
  witnesses: [someWitness],
}
const noContact = (...dials: readonly Dial[]): Opening => ({
  kind: 'no-contact',
  dials,
  trail: { address: '', phases: [], detail: '' },
})

const asked: unknown[] = []
const rules = {
  // Of one look alone: it lasts as long as its TCP.
  silence: { ...someRules, needsMs: 4_500 },
  acquaintance: {
    contactBefore: async (...question) => {
      asked.push(question)
      return await Promise.resolve({ by: 'drill', at: '2026-11-01T00:00:00Z' })
    },
  },
} satisfies Pick<ContactDeps, 'silence' | 'acquaintance'>

const rest = {
  budgetMs: 19_600,
  signal: new AbortController().signal,
  caller,
  onHeard: () => undefined,
}

/** Plays one contact that takes `contactMs`, and a probe that takes 2 s. */
const play = async (
  contactMs: number,
  outcome: Opening,
  { probed = quiet, isSilenceWanted = true } = {},
) => {
  const clock = createSimClock()
  const looks: object[] = []
  const ended: string[] = []
  const running = openSuspect(
    {
      clock,
      heard: createLastHeard(clock),
      ...rules,
      suspect: {
        open: async (_target, _budgetMs, signal, { onAddresses }) => {
          onAddresses([address])
          await clock.wait(contactMs, signal)
          return outcome
        },
      },
      probe: {
        probe: async (addresses, budgetMs, signal, occasion) => {
          looks.push({ addresses, budgetMs, ...occasion })
          await clock.wait(2_000, signal)
          ended.push(signal.aborted ? 'stopped' : 'finished')
          return probed
        },
      },
    },
    fenceRequest().suspect,
    { ...rest, isSilenceWanted },
  )
  await clock.advance(20_000)
  return { opened: await running, looks, ended }
}

const verdictOf = (opened: Opened) =>
  opened.kind === 'seen' ? decide(opened.seen.evidence) : 'a session'

test('a suspect that answers at once is not probed', async (t) => {
  const { opened, looks } = await play(100, contactGives(reportEvidence()))
  t.same(looks, [])
  t.equal(opened.kind, 'open')
})

test('a suspect that answers late ends the probes', async (t) => {
  const { opened, looks, ended } = await play(1_000, contactGives(reportEvidence()))
  t.same(looks, [{ addresses: [address], budgetMs: 19_300, sinceMs: 1_000_000, caller }])
  t.same(ended, ['stopped'])
  t.equal(opened.kind, 'open')
})

test('silence on TCP and of the probes is unreachable', async (t) => {
  const { opened, ended } = await play(4_500, noContact({ address, tcp: 'silent' }))
  t.same(ended, ['finished'])
  t.same(verdictOf(opened), { kind: 'unreachable', because: 'every-address-silent' })
})

test('whether this peer ever met the host is asked by all its names, once it is silent', async (t) => {
  asked.length = 0
  await play(100, contactGives(reportEvidence()))
  t.same(asked, [])
  const { opened } = await play(4_500, noContact({ address, tcp: 'silent' }))
  t.same(asked, [[['192.0.2.7', address], 22]])
  t.match(opened, { seen: { evidence: { silence: { everMet: { by: 'drill' } } } } })
})

test('silence on TCP and an echo reply is not', async (t) => {
  const probed: ProbeEvidence = {
    ...quiet,
    addresses: [{ ...silentAddress, echo: 'replied' }],
  }
  const { opened } = await play(4_500, noContact({ address, tcp: 'silent' }), { probed })
  t.same(verdictOf(opened), { kind: 'still-alive', because: 'suspect-answered' })
})

test('a contact that ends before its addresses are known proves no silence', async (t) => {
  const clock = createSimClock()
  const opened = await openSuspect(
    {
      clock,
      heard: createLastHeard(clock),
      ...rules,
      suspect: {
        open: async () => await Promise.resolve(noContact({ address, tcp: 'silent' })),
      },
      probe: { probe: async () => await Promise.resolve(quiet) },
    },
    fenceRequest().suspect,
    { ...rest, isSilenceWanted: true },
  )
  t.same(verdictOf(opened), { kind: 'still-alive', because: 'silence-not-proven' })
})

test('where silence would prove nothing to anybody nothing is probed, and nothing proven', async (t) => {
  const { opened, looks } = await play(4_500, noContact({ address, tcp: 'silent' }), {
    isSilenceWanted: false,
  })
  t.same(looks, [])
  t.same(verdictOf(opened), { kind: 'still-alive', because: 'silence-not-proven' })
})
