import { test } from 'tap'
import { isOff } from '../../../agent/cli/fence-agent/off.ts'
import type { Advised } from '../../../agent/client/ask-peers.ts'
import { doubt, unreachable } from '../../../agent/domain/verdict.ts'
import type { Verdict } from '../../../agent/domain/verdict.ts'
import type { FenceRequest } from '../../../agent/fence/request.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { fenceRecord, vmHex } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'

const dead = { kind: 'start' } as Advised
const silent = { kind: 'start-at-risk' } as Advised
const refused = (why: 'refused' | 'nobody-answered') =>
  ({ kind: 'refuse', why, heard: [] }) as const

test('off is what was proven dead on every host, and nothing else', async (t) => {
  const rows: readonly (readonly [string, readonly Advised[], boolean, boolean])[] = [
    ['the one host was proven', [dead], false, true],
    ['both hosts were proven', [dead, dead], false, true],
    ['no host was asked', [], false, false],
    ['no host was asked, with the opt-in', [], true, false],
    ['silence', [silent], false, false],
    ['silence of one of two', [dead, silent], false, false],
    ['silence, with the opt-in', [silent], true, true],
    ['silence of one of two, with the opt-in', [dead, silent], true, true],
    ['a refusal', [refused('refused')], false, false],
    ['a refusal, with the opt-in', [refused('refused')], true, false],
    ['a refusal by one of two hosts, first', [refused('refused'), dead], true, false],
    ['a refusal by one of two hosts, last', [dead, refused('refused')], true, false],
    ['nobody answered, with the opt-in', [refused('nobody-answered')], true, false],
  ]
  for (const [name, advised, isOptedIn, expected] of rows)
    t.equal(isOff(advised, isOptedIn), expected, name)
})

const saying = (verdicts: Readonly<Record<string, Verdict>>) => async (request: FenceRequest) => {
  const verdict = verdicts[request.suspect.addresses[0]]
  return await Promise.resolve(
    fenceRecord({ request, ...(verdict === undefined ? {} : { verdict }) }),
  )
}

test('what an agent answered, as the exit code of off', async (t) => {
  const { socket, calls } = await openSocketServer(t, {
    fence: saying({
      '192.0.2.8': unreachable('every-address-silent'),
      '192.0.2.9': doubt('unkillable'),
    }),
  })
  const off = async (lines: string) =>
    await call(['fence-agent'], {
      typed: `action=off\nport=${vmHex}\nvia=unix:${socket}\n${lines}`,
    })
  t.match(await off('ip=192.0.2.7'), { code: 0, out: 'Success: Powered OFF\n' })
  const silence = await off('ip=192.0.2.8')
  t.match(silence, { code: 1, out: 'Failed: not proven off\n' })
  t.match(silence.err, /192\.0\.2\.8: unix:.*: targetHostUnreachable, every-address-silent\n/)
  t.match(silence.err, /192\.0\.2\.8: silence is no proof, and unreachable_is_off is not set\n$/)
  t.match(await off('ip=192.0.2.8\nunreachable_is_off=1'), { code: 0, err: /at the risk of/ })
  const alive = await off('ip=192.0.2.9\nunreachable_is_off=1\nverbose=1')
  t.match(alive, { code: 1, out: 'Failed: not proven off\n' })
  t.match(alive.err, /192\.0\.2\.9: next: [^]*192\.0\.2\.9: Do NOT start the VM elsewhere/)
  t.match(alive.err, /192\.0\.2\.9: contact 1 at/, 'with the evidence')
  const part = await off('ip=192.0.2.7,192.0.2.9')
  t.match(part, { code: 1 }, 'of two hosts, one refuses')
  t.notMatch(part.err, 'You may start')
  t.match(await off('ip=192.0.2.7,192.0.2.8'), { code: 1 })
  t.match(await off('ip=192.0.2.7,192.0.2.10'), { code: 0 })
  t.equal(calls.length, 10, 'each host was asked once')
  t.match(await off('ip=192.0.2.7\nvia=unix:/none'), { code: 1 }, 'which is said twice')
})

test('nobody to ask is no success', async (t) => {
  const env = { PEERFENCE_SOCKET: '/none' }
  const typed = `action=off\nport=${vmHex}\nip=192.0.2.7\nunreachable_is_off=1`
  const told = await call(['fence-agent'], { typed, env })
  t.match(told, { code: 1, err: /no answer: there is no such socket[^]*no peer gave a verdict/ })
})
