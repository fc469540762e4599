import { test } from 'tap'
import { beginnings } from '../../../agent/http/accept/capacity.ts'
import { fenceRequest, hostAddress } from '../../fixtures/values/fence-records.ts'

const about = (address: string, askedBy: string) =>
  fenceRequest({ addresses: [hostAddress(address)] }, { askedBy })

test('one fence too many: in all, for one suspect, and for one caller', async (t) => {
  let running = 0
  const begin = beginnings(
    { inFlightMax: 4, inFlightPerSuspectMax: 2, inFlightPerCallerMax: 1 },
    { inFlight: () => running },
  )
  const first = begin([about('192.0.2.7', 'a')])
  t.match(begin([about('192.0.2.8', 'a')]), {
    kind: 'refused',
    refusal: { code: 'FENCE_CALLER_TOO_OFTEN' },
  })
  t.match(begin([about('192.0.2.7', 'b')]), { kind: 'begun' })
  t.match(begin([about('192.0.2.7', 'c')]), {
    kind: 'refused',
    refusal: { code: 'FENCE_SUSPECT_BUSY' },
  })
  t.match(
    begin([about('192.0.2.8', 'c')]),
    { kind: 'begun' },
    'another suspect has places of its own',
  )
  if (first.kind === 'begun') first.end()
  t.match(begin([about('192.0.2.7', 'a')]), { kind: 'begun' }, 'both places are free again')
  running = 4
  t.match(begin([about('192.0.2.9', 'd')]), { kind: 'refused', refusal: { code: 'FENCE_BUSY' } })
})

test('a list begins as a whole or not at all', async (t) => {
  const begin = beginnings(
    { inFlightMax: 9, inFlightPerSuspectMax: 4, inFlightPerCallerMax: 3 },
    { inFlight: () => 0 },
  )
  const one = about('192.0.2.7', 'a')
  t.match(begin([one, one, one, one]), { refusal: { code: 'FENCE_CALLER_TOO_OFTEN' } })
  t.match(begin([one, one, one, one, one]), { refusal: { code: 'FENCE_SUSPECT_BUSY' } })
  t.match(begin(Array.from({ length: 10 }, () => one) as [typeof one]), {
    refusal: { code: 'FENCE_BUSY' },
  })
  const begun = begin([one, one, one])
  t.match(begun, { kind: 'begun' }, 'and what did not begin took no place')
  t.match(begin([one]), { kind: 'refused' })
  if (begun.kind === 'begun') begun.end()
  t.match(begin([one]), { kind: 'begun' }, 'each gives back its own')
  t.match(begin([one]), { kind: 'refused' })
})
