import { test } from 'tap'
import { Secret } from '../../agent/base/text/secret.ts'
import { isSameSuspect } from '../../agent/fence/same-suspect.ts'
import { fenceRequest, hostAddress } from '../fixtures/values/fence-records.ts'

test('a suspect is the same where the login is', async (t) => {
  const { suspect } = fenceRequest({ password: new Secret('one') })
  t.ok(isSameSuspect(suspect, { ...suspect, password: new Secret('one') }))
  const others = [
    { addresses: [hostAddress('192.0.2.8')] as const },
    { addresses: [hostAddress('192.0.2.7'), hostAddress('192.0.2.8')] as const },
    { port: 23 },
    { user: 'ops' },
    { hostUuid: 'host-8' },
    { password: new Secret('other') },
    { privateKey: new Secret('one') },
  ]
  for (const other of others) t.notOk(isSameSuspect(suspect, { ...suspect, ...other }))
  const { password: _password, ...without } = suspect
  t.notOk(isSameSuspect(suspect, without))
})
