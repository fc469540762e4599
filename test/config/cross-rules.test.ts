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
      'a callback network with a typing error',
      { callbacks: { to: ['10.0.0.1', '10.0.0.1/33'] } },
      ['/callbacks/to/1'],
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
    [
      'hosts to drill',
      { doctor: { peers: ['10.0.0.7', '[fd77::7]:2222', 'kvm-8', 'root@kvm-9', 'kvm-9:x'] } },
      ['/doctor/peers/3', '/doctor/peers/4'],
    ],
    ['a witness that is IPv6', { probe: { witnesses: ['fe80::1%eth0'] } }, []],
    ['witnesses with ports', { probe: { witnesses: ['10.0.0.1:22', '[fd00::1]:2222'] } }, []],
    ['a name with a port', { probe: { witnesses: ['gateway:22'] } }, ['/probe/witnesses/0']],
    [
      'a budget shorter than the connect window',
      { fence: { budgetMaxSec: 4 } },
      ['/fence/budgetMaxSec'],
    ],
    [
      'a quarantine that is required and lasts for nothing',
      { suspects: { quarantine: 'required', quarantineSec: 0 } },
      ['/suspects/quarantineSec'],
    ],
    ['one that lasts', { suspects: { quarantine: 'required', quarantineSec: 1 } }, []],
    ['a budget just longer', { fence: { budgetMaxSec: 5 } }, []],
    [
      'several at once',
      { http: { listeners: [{ at: 'x' }] }, suspects: { networks: ['a', 'b'] } },
      ['/http/listeners/0/at', '/suspects/networks/0', '/suspects/networks/1'],
    ],
  ]
  for (const [title, value, paths] of rows) t.same(faultsOf(value), paths, title)
})
