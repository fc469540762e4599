import { test } from 'tap'
import { composeRun, programCommand, protocolVersion } from '../../agent/suspect/program.ts'
import { someVm } from '../fixtures/evidence.ts'
import { programText } from '../fixtures/local-program.ts'

const request = {
  vm: someVm,
  hostUuid: 'host-7',
  own: { machineId: 'aa', bootId: 'bb' },
  budgetMs: 9_000,
  holdMs: 300,
  pidNamespace: 'initial',
  pageCache: 'flush',
  sharedFileSystems: ['xfs', 'fuse.some-fs'],
} as const

test('the request follows the program, line by line', async (t) => {
  const { stdin, nonce } = composeRun('main "$@"\n\n', request)
  t.same(stdin.split('\n'), [
    'main "$@"',
    'version=1',
    `nonce=${nonce}`,
    'budget_ms=9000',
    'hold_ms=300',
    'pid_namespace=initial',
    'page_cache=flush',
    'shared_type=xfs',
    'shared_type=fuse.some-fs',
    'own_machine_id=aa',
    'own_boot_id=bb',
    'host_uuid=host-7',
    `vm=${someVm}`,
    'go',
    '',
  ])
})

test('a suspect that has the program gets the request alone', async (t) => {
  const { stdin, nonce } = composeRun(undefined, request)
  t.match(stdin, /^version=1\nnonce=/)
  t.ok(stdin.startsWith(`version=${protocolVersion}\nnonce=${nonce}\nbudget_ms=`))
})

test('the program speaks the version that is asked of it', async (t) => {
  t.match(programText, `\nreadonly PROTOCOL=${protocolVersion}\n`)
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
