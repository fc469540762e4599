import { test } from 'tap'
import { historyOf } from '../../../agent/cli/history/history-options.ts'
import { args } from '../../fixtures/worlds/command-line.ts'
import { vmHex, vmUuid } from '../../fixtures/values/fence-records.ts'

const nowMs = Date.parse('2026-11-22T12:00:00.000Z')

test('filters become what they say', async (t) => {
  const query = (options: Record<string, string | true>) => {
    const history = historyOf(args(options), nowMs)
    return history.kind === 'history' ? history.query : history.message
  }
  t.strictSame(query({}), { limit: 50 })
  t.strictSame(query({ vm: vmHex, last: true }), { vm: vmUuid(), action: 'fence', limit: 1 })
  t.strictSame(query({ host: 'h', 'asked-by': 'mn-1', verdict: 'refused', limit: '7' }), {
    host: 'h',
    askedBy: 'mn-1',
    kind: 'still-alive',
    limit: 7,
  })
  t.match(query({ verdict: 'dead' }), { kind: 'confirmed-dead' })
  t.match(query({ verdict: 'unreachable' }), { kind: 'unreachable' })
  const times = {
    '30s': '2026-11-22T11:59:30.000Z',
    '90m': '2026-11-22T10:30:00.000Z',
    '8h': '2026-11-22T04:00:00.000Z',
    '7d': '2026-11-15T12:00:00.000Z',
    '2026-11-20': '2026-11-20T00:00:00.000Z',
    '2026-11-20T08:00:00+01:00': '2026-11-20T07:00:00.000Z',
  }
  for (const [since, is] of Object.entries(times)) t.match(query({ since }), { since: is }, since)
})

test('what breaks a rule is told', async (t) => {
  const rows: readonly (readonly [Record<string, string | true>, RegExp])[] = [
    [{ vm: 'web-1' }, /--vm has to be/],
    [{ verdict: 'alive' }, /--verdict has to be dead, unreachable or refused/],
    [{ verdict: 'constructor' }, /--verdict has to be/],
    [{ since: 'yesterday' }, /--since has to be/],
    [{ since: '2026-13-45' }, /--since has to be/],
    [{ limit: '0' }, /--limit has to be/],
    [{ limit: '100001' }, /--limit has to be/],
    [{ last: true }, /--last is for one --vm/],
    [{ last: true, vm: vmHex, limit: '2' }, /takes no --limit/],
  ]
  for (const [options, message] of rows) {
    t.match(historyOf(args(options), nowMs), { kind: 'misused', message })
  }
})
