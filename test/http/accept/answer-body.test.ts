import { test } from 'tap'
import { confirmedDead, doubt } from '../../../agent/domain/verdict.ts'
import type { FenceRecord } from '../../../agent/fence/record.ts'
import { answerBody } from '../../../agent/http/accept/answer-body.ts'
import { makeLog } from '../../../agent/journal/log.ts'
import { passedOn } from '../../fixtures/values/evidence.ts'
import { agentId, fenceRecord, fenceRequest } from '../../fixtures/values/fence-records.ts'

const answer = async (record: Partial<FenceRecord> | Error, isExplained?: boolean) => {
  const lines: string[] = []
  const log = makeLog('trace', { write: (line: string) => lines.push(line) })
  const service = {
    fence: async () => {
      if (record instanceof Error) throw record
      return await Promise.resolve(fenceRecord(record))
    },
    inFlight: () => 0,
    lanes: () => ({ lanes: 0, queued: 0, runs: 0, sessions: 0 }),
    drain: async () => {
      await Promise.resolve()
    },
  }
  const parts = { service, agentId, nowMs: () => 0 }
  return { ...(await answerBody(log, fenceRequest(), parts, isExplained)), lines }
}

test('a proof bears the time of its verdict, never a later one', async (t) => {
  const startedAt = '2026-11-22T00:00:00.000Z'
  const rows: readonly (readonly [number, string])[] = [
    [412.4, '2026-11-22T00:00:00.411Z'],
    [412.6, '2026-11-22T00:00:00.412Z'],
    [0, '2026-11-22T00:00:00.000Z'],
    [0.6, '2026-11-22T00:00:00.000Z'],
  ]
  for (const [durationMs, provenAt] of rows) {
    const verdict = confirmedDead('destroyed')
    t.equal((await answer({ verdict, startedAt, durationMs })).provenAt, provenAt)
  }
  t.equal((await answer({ startedAt: 'x' })).provenAt, '', 'a time that is none is too old')
  t.equal((await answer({ durationMs: Number.NaN })).provenAt, '')
})

test('a refusal has no time: it keeps for ever', async (t) => {
  for (const record of [{ verdict: doubt('unkillable') }, new Error('planted')]) {
    const { body, provenAt } = await answer(record)
    t.equal(provenAt, undefined)
    t.match(JSON.parse(body), { success: false, qemuStillAlive: true, agentId })
  }
})

test('a bug is logged and refused', async (t) => {
  const { body, lines } = await answer(new Error('planted'))
  t.match(JSON.parse(body), { reason: 'internal-error' })
  t.match(lines.join(''), /planted.*fence ended by a bug; refused/)
})

test('what cannot be explained is refused, not answered without', async (t) => {
  const { body } = await answer({ trail: undefined } as unknown as FenceRecord, true)
  t.match(JSON.parse(body), { success: false, reason: 'internal-error' })
})

test('a proof of a neighbour is as old as the asking', async (t) => {
  const evidence = passedOn({ askedAfterMs: 5_000 })
  const startedAt = '2026-11-22T00:00:00.000Z'
  const given = await answer({ evidence, startedAt, durationMs: 9_000 })
  t.equal(given.provenAt, '2026-11-22T00:00:04.999Z')
})
