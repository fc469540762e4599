import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { fenceAgentSubcommand } from '../../../agent/cli/fence-agent/fence-agent.ts'
import { call, args } from '../../fixtures/worlds/command-line.ts'
import { vmHex } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'

const typing = async (typed: string) => await call(['fence-agent'], { typed })

test('metadata, in either way to ask for it', async (t) => {
  t.match(await typing('action=metadata\n'), { code: 0, out: /^<\?xml/, err: '' })
  t.match(await call(['fence-agent', '-o', 'metadata']), { code: 0, out: /^<\?xml/, err: '' })
})

test('by options, nothing is read from standard input', async (t) => {
  const { socket, calls } = await openSocketServer(t)
  const options = ['-o', 'off', '-a', '192.0.2.7', '--plug', vmHex, '-l', 'ops', '-u', '2222']
  const told = await call(['fence-agent', ...options, '--via', `unix:${socket}`, '-v'], {
    typed: 'ip=192.0.2.99',
  })
  t.match(told, { code: 0, out: 'Success: Powered OFF\n' })
  t.match(calls, [{ suspect: { addresses: ['192.0.2.7'], port: 2222, user: 'ops' } }])
})

test('what it is not asked for, it does not do', async (t) => {
  const { socket, calls } = await openSocketServer(t)
  const common = `ip=192.0.2.7\nvia=unix:${socket}\n`
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /action is missing/],
    [`plug=${vmHex}\n`, /action is missing/],
    [`action=\nplug=${vmHex}\n`, /action is missing/],
    [`action=reboot\nplug=${vmHex}\n`, /reboot is refused: .*Ask for off/],
    [`action=ON\nplug=${vmHex}\n`, /on is refused/],
    [`action=offf\nplug=${vmHex}\n`, /no such action/],
    [`action=off\naction=status\nplug=${vmHex}\n`, /action is given twice/],
    ['action=off\n', /plug is missing/],
    ['action=off\nplug=web\n', /plug has to be/],
    [`action=off\nplug=web\nnodename=${vmHex}\n`, /plug has to be/],
    [`action=off\nplug=${vmHex}\nvm_map=web:11111111222243338444555555555555\n`, /of vm_map/],
    [`action=off\nplug=${vmHex}\nport=1\n`, /plug is given twice/],
    [`action=off\nplug=${vmHex}\ntimeout=0\n`, /timeout has to be/],
    [`action=off\nplug=${vmHex}\nunreachable_is_off=perhaps\n`, /has to be 1 or 0/],
    ['action=status\n', /plug is missing/],
    ['action=list\n', /vm_map is missing/],
    ['action=list-status\n', /vm_map is missing/],
    ['action=validate-all\nplug=web\n', /plug has to be/],
  ]
  for (const [lines, err] of rows)
    t.match(await typing(`${lines}${common}`), { code: 1, out: '', err }, lines)
  t.match(await typing('action=validate-all\n'), { code: 1, err: /ip is missing/ })
  t.same(calls, [])
})

test('validate-all tells how long off may take', async (t) => {
  const told = await typing('action=validate-all\nip=192.0.2.7\nvia=kvm-2,kvm-3\n')
  t.match(told, { code: 0, out: /off takes at most 60 s/ })
  const byFencer = 'action=validate-all\nip=192.0.2.7\nport=node1\nnodename=node1\n'
  t.match(await typing(byFencer), { code: 0 }, 'Pacemaker 2.1 asks for a node that there is not')
  const named = `action=validate-all\nip=192.0.2.7\nnodename=web\nvm_map=web:${vmHex}\n`
  t.match(await typing(named), { code: 0 })
})

test('the name of the node stands for the VM where nothing else does', async (t) => {
  const { socket, calls } = await openSocketServer(t)
  const lines = `ip=192.0.2.7\nvia=unix:${socket}\nvm_map=web:${vmHex}\nnodename=web\n`
  t.match(await typing(`action=off\n${lines}`), { code: 0 })
  t.equal(calls.length, 1)
})

test('no secret is repeated', async (t) => {
  const { out, err } = await typing('action=list\npasswd=hunter2\nhunter2\nip=192.0.2.7\n')
  t.match(err, /ignored: passwd, a line without a name/)
  t.notMatch(out + err, 'hunter2')
})

test('input that does not end does nothing', async (t) => {
  const broken = new PassThrough()
  broken.destroy(new Error('read failed'))
  let err = ''
  const code = await fenceAgentSubcommand.run(args({}), {
    env: {},
    version: '',
    versionLine: '',
    out: () => undefined,
    err: (text) => (err += text),
    onInterrupt: () => () => undefined,
    stdin: () => broken,
    isTerminal: false,
    isOutTerminal: false,
    isErrTerminal: false,
  })
  t.equal(code, 1)
  t.match(err, /did not end, or is too long/)
})
