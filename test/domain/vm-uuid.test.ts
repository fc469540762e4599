import { test } from 'tap'
import { parseVmUuid, vmUuidHex } from '../../agent/domain/vm-uuid.ts'
import { someVm } from '../fixtures/values/evidence.ts'

const hex = '11111111222243338444555555555555'

test('a uuid in any of its forms is the dashed one', async (t) => {
  for (const text of [someVm, hex, hex.toUpperCase(), someVm.toUpperCase()]) {
    t.equal(parseVmUuid(text), someVm, text)
  }
  t.equal(vmUuidHex(someVm), hex)
})

test('what is no uuid', async (t) => {
  const texts = [
    '',
    ' ',
    `${hex} `,
    ` ${hex}`,
    `${hex}\n`,
    `${someVm}\n`,
    hex.slice(1),
    `${hex}0`,
    hex.replace('1', 'g'),
    `-${hex.slice(1)}`,
    someVm.replaceAll('-', '_'),
    `{${someVm}}`,
    '1111-11112222-4333-8444-555555555555',
    '*',
    `${hex.slice(1)}*`,
    '$(id)',
    '--help',
  ]
  for (const text of texts) t.equal(parseVmUuid(text), undefined, JSON.stringify(text))
})
