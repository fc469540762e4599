import { test } from 'tap'
import { batchCommandSchema } from '../../../agent/contract/request/batch-command.ts'
import {
  fenceCommandSchema,
  parseFenceCommand,
} from '../../../agent/contract/request/fence-command.ts'
import type { FenceCommand } from '../../../agent/contract/request/fence-command.ts'
import { fieldRules } from '../../../agent/contract/request/field-rules.ts'
import type { FenceRequest } from '../../../agent/fence/request.ts'

const arrival = {
  fenceId: 'f',
  requestId: 'r',
  askedBy: 'a',
  budgetMsMax: 60_000,
  caller: undefined,
  callback: undefined,
}
const least = { vmUuid: '0123456789ABCDEF0123456789abcdef', targetHostIp: '192.0.2.7' }

const accepted = (command: FenceCommand): FenceRequest => {
  const parsed = parseFenceCommand(command, arrival)
  if (parsed.kind === 'refused') throw new Error(parsed.refusal.rule)
  return parsed.request
}

test('the least command gets every default', async (t) => {
  t.strictSame(accepted(least), {
    fenceId: 'f',
    requestId: 'r',
    askedBy: 'a',
    vm: '01234567-89ab-cdef-0123-456789abcdef',
    suspect: { addresses: ['192.0.2.7'], port: 22, user: 'root', hostUuid: '' },
    budgetMs: 20_000,
  })
})

test('the fullest command is taken word by word', async (t) => {
  const request = accepted({
    ...least,
    targetHostIp: 'Node-7.Example',
    targetHostUuid: 'ABC-1',
    targetHostAddresses: ['10.0.0.7', 'node-7.example', 'FD00::7', 'fd00::7'],
    targetHostUsername: 'ops',
    targetHostPassword: 'pass word',
    targetHostPrivateKey: 'key text',
    targetHostSshPort: 2222,
    sshTimeoutSec: 59,
    kvmHostAddons: {},
  })
  t.same(request.suspect.addresses, ['node-7.example', '10.0.0.7', 'fd00::7'])
  t.equal(request.suspect.hostUuid, 'ABC-1')
  t.equal(request.suspect.user, 'ops')
  t.equal(request.suspect.port, 2222)
  t.equal(request.suspect.password?.reveal(), 'pass word')
  t.equal(request.suspect.privateKey?.reveal(), 'key text')
  t.equal(request.budgetMs, 59_000)
})

test('an empty secret counts as absent', async (t) => {
  const { suspect } = accepted({ ...least, targetHostPassword: '', targetHostPrivateKey: '' })
  t.notOk(Object.hasOwn(suspect, 'password'))
  t.notOk(Object.hasOwn(suspect, 'privateKey'))
})

test('the operator cuts a budget that is too long', async (t) => {
  t.equal(accepted({ ...least, sshTimeoutSec: 300 }).budgetMs, 60_000)
})

test('text that only looks like an address or a uuid names its field', async (t) => {
  const rows: readonly (readonly [string, string, Partial<FenceCommand>])[] = [
    [
      'a uuid with its dashes in the wrong place',
      'vmUuid',
      { vmUuid: '0123456789abcdef-0123456789abcdef' },
    ],
    ['a uuid with a newline behind it', 'vmUuid', { vmUuid: `${least.vmUuid}\n` }],
    ['an IPv4 address in hexadecimal', 'targetHostIp', { targetHostIp: '0x7f000001' }],
    ['an IPv4 address with a hexadecimal end', 'targetHostIp', { targetHostIp: 'a.0x1' }],
    ['a name that ends in a number', 'targetHostIp', { targetHostIp: 'node.7' }],
    ['a name that ends in a number and a dot', 'targetHostIp', { targetHostIp: 'node.7.' }],
    ['an IPv4 address with too few parts', 'targetHostIp', { targetHostIp: '127.1' }],
    ['an empty address', 'targetHostIp', { targetHostIp: '' }],
    [
      'a further address that is none',
      'targetHostAddresses',
      { targetHostAddresses: ['10.0.0.1', '-x'] },
    ],
  ]
  for (const [title, field, part] of rows) {
    const parsed = parseFenceCommand({ ...least, ...part }, arrival)
    t.match(parsed, { kind: 'refused', refusal: { code: 'FENCE_FIELD_INVALID', field } }, title)
  }
})

test('a name may hold digits as long as it does not end in a number', async (t) => {
  for (const name of ['node7', '7.node', '0xnode', 'node-0x7.rack-1']) {
    t.same(accepted({ ...least, targetHostIp: name }).suspect.addresses, [name])
  }
})

test('every field of the schema has its rule in words', async (t) => {
  const fields = { ...fenceCommandSchema.properties, ...batchCommandSchema.properties }
  t.same(Object.keys(fieldRules).toSorted(), Object.keys(fields).toSorted())
})

test('who passes a request on is an agent by its id, and by nothing else', async (t) => {
  const passedOnBy = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
  t.equal(accepted({ ...least, passedOnBy }).passedOnBy, passedOnBy)
  t.notOk(Object.hasOwn(accepted(least), 'passedOnBy'))
})
