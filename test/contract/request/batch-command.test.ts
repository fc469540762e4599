import { test } from 'tap'
import { parseBatchCommand } from '../../../agent/contract/request/batch-command.ts'
import { vmHex } from '../../fixtures/values/fence-records.ts'

test('each VM becomes a request of its own, about the same suspect', async (t) => {
  let ids = 0
  const arrive = () => {
    ids += 1
    return {
      fenceId: `f${ids}`,
      requestId: 'r',
      askedBy: 'mn-1',
      budgetMsMax: 60_000,
      caller: undefined,
      callback: undefined,
    }
  }
  const command = {
    vmUuids: [vmHex, 'f'.repeat(32)],
    targetHostIp: '192.0.2.7',
    targetHostPassword: 'secret',
    sshTimeoutSec: 9,
  }
  const parsed = parseBatchCommand(command, arrive)
  if (parsed.kind === 'refused') throw new Error(parsed.refusal.rule)
  t.same(
    parsed.requests.map(({ fenceId, vm, budgetMs }) => [fenceId, vm, budgetMs]),
    [
      ['f1', '01234567-89ab-cdef-0123-456789abcdef', 9_000],
      ['f2', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9_000],
    ],
  )
  const [one, other] = parsed.requests
  t.ok(one.suspect.password?.equals(other?.suspect.password))
  t.match(parseBatchCommand({ ...command, vmUuids: [] }, arrive), {
    kind: 'refused',
    refusal: { field: 'vmUuids' },
  })
})
