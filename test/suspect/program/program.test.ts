import { test } from 'tap'
import { composeRun, composeVms, programCommand } from '../../../agent/suspect/program/program.ts'
import { protocolVersion } from '../../../agent/suspect/report/protocol.ts'
import { someVm, uuid } from '../../fixtures/values/evidence.ts'
import { programText } from '../../fixtures/servers/local-program.ts'

const otherVm = uuid('99999999-2222-4333-8444-555555555555')
const request = {
  action: 'fence',
  hostUuid: 'host-7',
  pin: 'bound',
  own: { machineId: 'aa', bootId: 'bb' },
  holdMs: 300,
  pidNamespace: 'initial',
  pageCache: 'flush',
  helpers: 'refuse',
  sharedFileSystems: ['xfs', 'fuse.some-fs'],
  quarantine: 'required',
  quarantineSec: 120,
} as const

test('the request follows the program, line by line', async (t) => {
  const { stdin, nonce } = composeRun('main "$@"\n', request)
  t.same(stdin.split('\n'), [
    'IFS= read -r -N 10 program && eval "$program"; exit 3',
    'main "$@"',
    'version=4',
    `nonce=${nonce}`,
    'action=fence',
    'hold_ms=300',
    'pid_namespace=initial',
    'page_cache=flush',
    'helpers=refuse',
    'shared_type=xfs',
    'shared_type=fuse.some-fs',
    'quarantine=required',
    'quarantine_sec=120',
    'own_machine_id=aa',
    'own_boot_id=bb',
    'host_uuid=host-7',
    'host_pin=bound',
    'ready',
    '',
  ])
})

test('the VMs come when it is ready', async (t) => {
  const vms = [
    { vm: someVm, budgetMs: 9_000 },
    { vm: otherVm, budgetMs: 700 },
  ]
  t.equal(composeVms(vms), `vm=${someVm} 9000\nvm=${otherVm} 700\ngo\n`)
})

test('a suspect that has the program gets the request alone', async (t) => {
  const { stdin, nonce } = composeRun(undefined, request)
  t.match(stdin, /^version=4\nnonce=/)
  t.ok(stdin.startsWith(`version=${protocolVersion}\nnonce=${nonce}\naction=`))
})

test('the program speaks the version that is asked of it', async (t) => {
  t.match(programText, `\nreadonly PROTOCOL=${protocolVersion}\n`)
})

test('the program is as many characters as bytes, whatever the locale of its reader', async (t) => {
  t.match(programText, /^[\n\t -~]+$/)
})

test('every run has a nonce of its own', async (t) => {
  const nonces = Array.from({ length: 50 }, () => composeRun('', request).nonce)
  t.equal(new Set(nonces).size, 50)
  for (const nonce of nonces) t.match(nonce, /^[0-9a-f]{32}$/)
})

test('the command line holds nothing that a search for the VM could match', async (t) => {
  for (const privilege of ['as-login', 'by-sudo'] as const) {
    t.notMatch(programCommand(privilege), /qemu|kvm|1111/)
  }
  t.match(programCommand('by-sudo'), /^sudo -n bash /)
})
