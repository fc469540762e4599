import { test } from 'tap'
import { networkFaults } from '../../agent/config/network-faults.ts'

test('each text that is no network has its fault', async (t) => {
  t.same(networkFaults('/x', []), [])
  const faults = networkFaults('/x', ['10.0.0.0/8', 'host', '::1', '10.0.0.0/33'])
  t.same(
    faults.map(({ path }) => path),
    ['/x/1', '/x/3'],
  )
})
