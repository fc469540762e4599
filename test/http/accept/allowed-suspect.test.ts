import { test } from 'tap'
import { createAllowedSuspects } from '../../../agent/http/accept/allowed-suspect.ts'
import { fenceRequest, hostAddress } from '../../fixtures/values/fence-records.ts'

const target = (first: string, ...further: readonly string[]) =>
  fenceRequest({ addresses: [hostAddress(first), ...further.map(hostAddress)] }).suspect

test('without networks every suspect is allowed', async (t) => {
  const { refusalOf: refusal } = createAllowedSuspects([])
  t.equal(refusal(target('192.0.2.7')), undefined)
  t.equal(refusal(target('node-7')), undefined)
})

test('with networks every address has to be inside', async (t) => {
  const { refusalOf: refusal } = createAllowedSuspects(['192.0.2.0/24', '2001:db8::/32'])
  t.equal(refusal(target('192.0.2.7', '2001:db8::7', '::ffff:192.0.2.8')), undefined)
  t.match(refusal(target('192.0.3.7')), {
    code: 'FENCE_TARGET_NOT_ALLOWED',
    field: 'targetHostIp',
    rule: /outside/,
  })
  t.match(refusal(target('192.0.2.7', '10.0.0.1')), {
    code: 'FENCE_TARGET_NOT_ALLOWED',
    field: 'targetHostAddresses',
    rule: /outside/,
  })
})

test('with networks a name is refused, whatever it may resolve to', async (t) => {
  t.match(createAllowedSuspects(['0.0.0.0/0']).refusalOf(target('node-7')), {
    code: 'FENCE_TARGET_NOT_ALLOWED',
    field: 'targetHostIp',
    rule: /send an address/,
  })
})

test('what is allowed can be replaced', async (t) => {
  const allowed = createAllowedSuspects(['192.0.2.0/24'])
  allowed.replace(['198.51.100.0/24'])
  t.match(allowed.refusalOf(target('192.0.2.7')), { code: 'FENCE_TARGET_NOT_ALLOWED' })
  t.equal(allowed.refusalOf(target('198.51.100.7')), undefined)
})
