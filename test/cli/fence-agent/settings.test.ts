import { join } from 'node:path'
import { test } from 'tap'
import { configSourceOf } from '../../../agent/cli/fence-agent/settings.ts'
import { args } from '../../fixtures/worlds/command-line.ts'

const vm = '11111111222243338444555555555555'
const settle = async (options: Readonly<Record<string, string | true>>) =>
  await configSourceOf(args(options), '/run/s')

test('the agent of this machine, root, port 22 and 20 s, unless something else is given', async (t) => {
  const settings = await settle({ ip: '10.0.0.7' })
  if (typeof settings === 'string') throw new Error(settings)
  t.match(settings, {
    peers: [{ at: { kind: 'unix', path: '/run/s' } }],
    quorum: 1,
    isUnreachableOff: false,
    isExplained: false,
    offSecMax: 30,
  })
  t.equal(settings.vms, undefined)
  t.same(settings.questions(vm), [{ vmUuid: vm, targetHostIp: '10.0.0.7' }])
  t.throws(() => settings.questions('x'), /VM has to be/)
})

test('every host is asked about, each with its addresses', async (t) => {
  const folder = t.testdir({ token: 'secret-token\n' })
  const settings = await settle({
    ip: '10.0.0.7+10.1.0.7+fd00::7,kvm-8',
    username: 'ops',
    ipport: '2222',
    timeout: '9',
    via: 'kvm-2@a,kvm-3@b',
    quorum: '2',
    'token-file': join(folder, 'token'),
    'vm-map': `web:${vm}`,
    'unreachable-is-off': true,
    verbose: true,
  })
  if (typeof settings === 'string') throw new Error(settings)
  const common = { vmUuid: vm, targetHostUsername: 'ops', targetHostSshPort: 2222 }
  t.same(settings.questions(vm), [
    {
      ...common,
      targetHostIp: '10.0.0.7',
      targetHostAddresses: ['10.1.0.7', 'fd00::7'],
      sshTimeoutSec: 9,
    },
    { ...common, targetHostIp: 'kvm-8', sshTimeoutSec: 9 },
  ])
  t.match(settings, {
    quorum: 2,
    credentials: { token: 'secret-token' },
    vms: [{ name: 'web' }],
    isUnreachableOff: true,
    isExplained: true,
    offSecMax: 38,
  })
})

test('what is wrong is told by the name that it was given', async (t) => {
  const ip = '10.0.0.7'
  const rows: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{}, /^ip is missing/],
    [{ ip: Array.from({ length: 17 }, (_, n) => `kvm-${n}`).join() }, /^ip takes at most 16/],
    [{ ip: '' }, /^each host of ip has to be/],
    [{ ip: '10.0.0.7,' }, /^each host of ip has to be/],
    [{ ip: '10.0.0.7+' }, /^each address of ip has to be/],
    [{ ip: '10.0.0.7,10.0.0.8+10.0.0.7' }, /^ip names one address twice/],
    [{ ip: 'kvm-7,KVM-7' }, /^ip names one address twice/],
    [{ ip, username: '-x' }, /^username has to be/],
    [{ ip, ipport: '0' }, /^ipport has to be/],
    [{ ip, timeout: 'soon' }, /^timeout has to be/],
    [{ ip, via: '' }, /^via has to be/],
    [{ ip, quorum: '2' }, /^quorum has to be/],
    [{ ip, cert: '/none' }, /^cert and key belong together/],
    [{ ip, 'token-file': '/none' }, /^\/none cannot be read/],
    [{ ip, 'vm-map': 'web' }, /^vm_map has to be/],
  ]
  for (const [options, fault] of rows) t.match(await settle(options), fault)
})
