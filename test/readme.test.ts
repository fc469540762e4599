/** The contract page's line for plain curl: what it takes for a proof decides over a disk. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { confirmedDead, doubt, unreachable } from '../agent/domain/verdict.ts'
import { fenceReply } from '../agent/contract/reply/fence-reply.ts'
import { rejectionReply, plainRejection } from '../agent/contract/reply/rejection.ts'
import { agentId, fenceRecord } from './fixtures/values/fence-records.ts'

const [, filter = ''] =
  /jq -se '([^']+)' &&/.exec(readFileSync('agent/contract/README.md', 'utf8')) ?? []

const isProof = (input: string): boolean =>
  spawnSync('jq', ['-se', filter], { input, encoding: 'utf8' }).status === 0

test('only a proof of death is one', async (t) => {
  const answer = (verdict: Parameters<typeof fenceRecord>[0]) =>
    JSON.stringify(fenceReply(fenceRecord(verdict), agentId))
  const dead = answer({ verdict: confirmedDead('destroyed') })
  t.ok(isProof(dead))
  const rows: readonly (readonly [string, string])[] = [
    ['nothing, as curl -f leaves it', ''],
    ['blanks', '\n'],
    ['half an answer', dead.slice(0, -9)],
    ['two answers', `${dead}\n${dead}`],
    ['silence', answer({ verdict: unreachable('every-address-silent') })],
    ['a refusal', answer({ verdict: doubt('unkillable') })],
    [
      'a request that was turned away',
      JSON.stringify(rejectionReply(plainRejection('FENCE_BUSY'))),
    ],
    ['a page of a proxy', '<html>'],
    ['null', 'null'],
    ['words for it', '{"success":"true","qemuConfirmedDead":"true"}'],
    ['a list of it', `[${dead}]`],
  ]
  for (const [name, input] of rows) t.notOk(isProof(input), name)
})
