import { writeFileSync } from 'node:fs'
import { test } from 'tap'
import { silenceOutlook } from '../../agent/compose/silence-outlook.ts'
import { parseHostPort } from '../../agent/base/net/host-port.ts'
import { withDefaults } from '../../agent/config/defaults.ts'
import type { ConfigFile } from '../../agent/config/schema.ts'

const peersOf = (...names: readonly string[]) =>
  names.flatMap((name) => parseHostPort(name, undefined) ?? [])
const outlook = async (file: ConfigFile, ...names: readonly string[]) =>
  await silenceOutlook(withDefaults(file), peersOf(...names))

test('this very host is not told of, and neither is nobody', async (t) => {
  t.same(await outlook({}, '127.0.0.1'), [])
  t.same(await outlook({ probe: { silenceSec: 19 } }), [])
})

test('a host that was never met, one without a way, and a silence too long for most', async (t) => {
  const knownHostsFile = `${t.testdir({})}/known_hosts`
  const file = {
    ssh: { knownHostsFile },
    suspects: { neverMet: 'refuse' },
    probe: { silenceSec: 19 },
  } as const
  t.same(await outlook(file, '127.0.0.1', 'no-such-host.invalid'), [
    'silence of 127.0.0.1:22 would not count: it was never met (suspects.neverMet)',
    'silence of no-such-host.invalid:22 would not count: it was never met (suspects.neverMet)',
    'no silence counts within the usual 20 s: a request has to grant 21',
  ])
  const key = Buffer.from('a key').toString('base64')
  writeFileSync(knownHostsFile, `127.0.0.1 ssh-ed25519 ${key}\n`)
  t.same(await outlook({ ...file, probe: {} }, '127.0.0.1'), [], 'and one that was')
  const [told] = await outlook({}, 'fd00:dead::1')
  t.match(told, /^silence of \[fd00:dead::1\]:22 would not count: /)
})

test('what is not found out in time is not blamed on the witnesses', async (t) => {
  const peers = peersOf('fd00:dead::1')
  t.same(await silenceOutlook(withDefaults({}), peers, AbortSignal.abort()), [
    'silence of [fd00:dead::1]:22 would not count: nobody could tell in time, on a peer or a network that is slow',
  ])
})
