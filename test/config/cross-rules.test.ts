import { test } from 'tap'
import { parseConfig } from '../../agent/config/load.ts'

const faultsOf = (value: unknown): readonly string[] => {
  const parsed = parseConfig(value, {})
  return parsed.kind === 'faulty' ? parsed.faults.map(({ path }) => path) : []
}

test('rules across properties', async (t) => {
  const rows: readonly (readonly [string, object, readonly string[]])[] = [
    ['nothing set', {}, []],
    [
      'every address without a list of callers',
      { http: { listen: '0.0.0.0:1' } },
      ['/http/allowFrom'],
    ],
    ['the same in IPv6', { http: { listen: '[::]:1', allowFrom: [] } }, ['/http/allowFrom']],
    ['every address with a list', { http: { listen: '0.0.0.0:1', allowFrom: ['10.0.0.1'] } }, []],
    ['a unix socket without a list', { http: { listen: 'unix:/run/x' } }, []],
    ['no address to listen on', { http: { listen: 'localhost:1' } }, ['/http/listen']],
    [
      'a caller network with a typing error',
      { http: { allowFrom: ['10.0.0.0/8', '10.0.0.0/99'] } },
      ['/http/allowFrom/1'],
    ],
    [
      'a suspect network that is a name',
      { suspects: { networks: ['hosts.example'] } },
      ['/suspects/networks/0'],
    ],
    [
      'a witness that is a name',
      { probe: { witnesses: ['10.0.0.1', 'gateway'] } },
      ['/probe/witnesses/1'],
    ],
    ['a witness that is IPv6', { probe: { witnesses: ['fe80::1%eth0'] } }, []],
    [
      'a budget shorter than the connect window',
      { fence: { budgetMaxSec: 4 } },
      ['/fence/budgetMaxSec'],
    ],
    ['a budget just longer', { fence: { budgetMaxSec: 5 } }, []],
    [
      'several at once',
      { http: { listen: 'x' }, suspects: { networks: ['a', 'b'] } },
      ['/http/listen', '/suspects/networks/0', '/suspects/networks/1'],
    ],
  ]
  for (const [title, value, paths] of rows) t.same(faultsOf(value), paths, title)
})

test('the fault of an open listener says what to choose', async (t) => {
  const parsed = parseConfig({ http: { listen: '0.0.0.0:1' } }, {})
  t.match(parsed, { faults: [{ rule: /list the management nodes, or listen on 127\.0\.0\.1/ }] })
})
