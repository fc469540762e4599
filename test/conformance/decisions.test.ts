/**
 * The reader and the rules of the fake management node, against the facts that they were made from.
 */
import { test } from 'tap'
import { decideOn, decisionsOn, revisions } from './decisions.ts'
import { readAnswer } from './gson.ts'

const answered = (body: string) => ({ kind: 'answered', body }) as const

test('fields are read as the node reads them', async (t) => {
  const none = {
    success: true,
    error: undefined,
    qemuConfirmedDead: undefined,
    qemuStillAlive: undefined,
    targetHostUnreachable: undefined,
  }
  const rows: readonly (readonly [string, string, object])[] = [
    ['nothing in it: success is true', '{}', none],
    ['null is as good as absent', '{"success":null,"qemuStillAlive":null}', none],
    ['unknown fields do not matter', '{"verdict":[{}],"evidence":7}', none],
    [
      'a success with an error is a success',
      '{"success":true,"error":"x"}',
      { ...none, error: 'x' },
    ],
    [
      'booleans',
      '{"success":false,"qemuConfirmedDead":true}',
      { success: false, qemuConfirmedDead: true },
    ],
    ['"true" in any case', '{"qemuStillAlive":"TrUe"}', { qemuStillAlive: true }],
    [
      'any other string is false',
      '{"success":"yes","qemuStillAlive":"1"}',
      { success: false, qemuStillAlive: false },
    ],
    ['a number for a text', '{"error":7}', { error: '7' }],
  ]
  for (const [title, body, expected] of rows) t.match(readAnswer(body), expected, title)
  const failing = [
    '',
    ' ',
    'Traceback',
    '[]',
    '"x"',
    '7',
    'null',
    '{"success":1}',
    '{"qemuStillAlive":[]}',
    '{"qemuConfirmedDead":{}}',
    '{"error":{}}',
    '{"success":true',
  ]
  for (const body of failing) t.throws(() => readAnswer(body), { name: 'ReadFailure' }, body)
})

test('the decision tables', async (t) => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'dead',
      '{"success":true,"qemuConfirmedDead":true,"qemuStillAlive":false,"targetHostUnreachable":false}',
      ['proceed', 'proceed', 'proceed'],
    ],
    [
      'unreachable',
      '{"success":true,"targetHostUnreachable":true}',
      ['proceed', 'proceed', 'proceed'],
    ],
    [
      'alive, as a success',
      '{"success":true,"qemuStillAlive":true}',
      ['refuse', 'refuse', 'proceed'],
    ],
    [
      'alive, as it has to be',
      '{"success":false,"qemuStillAlive":true,"error":"x"}',
      ['refuse', 'refuse', 'refuse'],
    ],
    ['a plain failure', '{"success":false,"error":"x"}', ['refuse', 'refuse', 'refuse']],
    [
      'two at once',
      '{"qemuConfirmedDead":true,"targetHostUnreachable":true}',
      ['refuse', 'proceed', 'proceed'],
    ],
    ['none', '{}', ['refuse', 'proceed', 'proceed']],
    ['text', 'Traceback (most recent call last):', ['refuse', 'refuse', 'refuse']],
  ]
  for (const [title, body, expected] of rows) t.same(decisionsOn(answered(body)), expected, title)
  for (const revision of Object.keys(revisions) as (keyof typeof revisions)[]) {
    t.equal(decideOn({ kind: 'timeout' }, revision), 'refuse')
    t.equal(decideOn({ kind: 'transport-error', status: 404, body: '{}' }, revision), 'refuse')
  }
})
