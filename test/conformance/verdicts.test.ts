/**
 * Everything that the agent can say, through a real server, as three revisions of a management node
 * take it.
 */
import { test } from 'tap'
import type { Test } from 'tap'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  mayProceed,
  silenceProofs,
  unreachable,
} from '../../agent/domain/verdict.ts'
import type { Verdict } from '../../agent/domain/verdict.ts'
import type { FenceRecord } from '../../agent/fence/record.ts'
import { command, openServer } from '../fixtures/servers/agent-server.ts'
import type { TestServerOptions } from '../fixtures/servers/agent-server.ts'
import { fenceRecord, fenceRequest, vmUuid } from '../fixtures/values/fence-records.ts'
import { openManagementNode } from '../fixtures/servers/management-node.ts'
import { decisionsOn, revisions } from './decisions.ts'
import { every, formNames, forms, row } from './forms.ts'

const open = async (t: Test, options: TestServerOptions = {}) => {
  const agent = openServer(options)
  const node = await openManagementNode()
  const url = await agent.server.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    await node.close()
    await agent.callbacks.stop(0)
    await agent.server.close()
  })
  return { ...agent, node, url }
}

test('a node proceeds on the two verdicts that prove something, and on nothing else', async (t) => {
  row(t, ['what the agent says', ...Object.keys(revisions)])
  let now: Verdict = doubt('internal-error')
  const { node, url } = await open(t, {
    fence: async (request) =>
      await Promise.resolve(
        fenceRecord({
          request,
          verdict: now,
          startedAt: new Date().toISOString(),
          durationMs: 0,
        }),
      ),
  })
  const verdicts = [
    ...deathProofs.map(confirmedDead),
    ...silenceProofs.map(unreachable),
    ...doubts.map(doubt),
  ]
  let refused = 0
  for (const verdict of verdicts) {
    now = verdict
    const expected = every(mayProceed(verdict) ? 'proceed' : 'refuse')
    for (const form of formNames) {
      const end = await forms[form](node, url, command())
      t.equal(end.kind, 'answered', `${verdict.because}, ${form}`)
      t.same(decisionsOn(end), expected, `${verdict.because}, ${form}`)
      if (end.kind === 'answered') {
        t.match(end.body, /^[\x20-\x7e]+$/, 'ASCII alone')
        t.equal(JSON.stringify(JSON.parse(end.body)), end.body, 'no name twice')
      }
    }
    if (mayProceed(verdict)) row(t, [`${verdict.kind}: ${verdict.because}`, ...expected])
    else refused += 1
  }
  t.equal(refused, doubts.length)
  row(t, [`still-alive: each of ${refused} reasons`, ...every('refuse')])
  row(t, ['{}, which it never says', ...decisionsOn({ kind: 'answered', body: '{}' })])
})

test('a bug in the fence is refused in every form, and called back', async (t) => {
  const other = fenceRequest({}, { vm: vmUuid('f'.repeat(32)) })
  const rows: readonly (readonly [string, () => Promise<FenceRecord>])[] = [
    ['a rejection', async () => await Promise.reject(new Error('bug'))],
    ['no record', async () => await Promise.resolve(undefined as unknown as FenceRecord)],
    ['half a record', async () => await Promise.resolve({ request: other } as FenceRecord)],
    [
      'a record about another VM',
      async () => await Promise.resolve(fenceRecord({ request: other })),
    ],
    [
      'evidence that is no JSON',
      async () => {
        const evidence = { kind: 'own-trouble', because: 1n, toJSON: () => ({ n: 1n }) }
        return await Promise.resolve(
          fenceRecord({ trail: { address: 1n, phases: [], detail: '' }, evidence } as object),
        )
      },
    ],
  ]
  for (const [title, fence] of rows) {
    const { node, url } = await open(t, { fence })
    for (const form of formNames) {
      const end = await forms[form](node, url, command({ vmUuid: vmUuid() }))
      t.match(end, { kind: 'answered', body: /"reason":"internal-error"/ }, `${title}, ${form}`)
      t.same(decisionsOn(end), every('refuse'), `${title}, ${form}`)
    }
  }
  row(t, ['a bug in the fence', ...every('refuse')])
})
