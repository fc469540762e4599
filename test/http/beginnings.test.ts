import { test } from 'tap'
import { beginnings } from '../../agent/http/beginnings.ts'

test('one fence too many, in all and for one caller', async (t) => {
  let running = 0
  const begin = beginnings({ inFlightMax: 3, inFlightPerCallerMax: 1 }, { inFlight: () => running })
  const first = begin('a')
  t.match(begin('a'), { kind: 'refused', refusal: { code: 'FENCE_CALLER_TOO_OFTEN' } })
  t.match(begin('b'), { kind: 'begun' })
  if (first.kind === 'begun') first.end()
  t.match(begin('a'), { kind: 'begun' }, 'its place is free again')
  running = 3
  t.match(begin('c'), { kind: 'refused', refusal: { code: 'FENCE_BUSY' } })
})
