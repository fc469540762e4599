import { test } from 'tap'
import { backoffMs, judgeAttempt } from '../../agent/callback/retry-policy.ts'

test('what a status means for the delivery', async (t) => {
  const rows: readonly (readonly [readonly number[], string])[] = [
    [[200, 201, 202, 204, 299], 'delivered'],
    [[404], 'no-such-task'],
    [[408, 429, 500, 502, 503, 504, 599], 'again'],
    [[0, 101, 300, 301, 302, 307, 308, 400, 401, 403, 405, 409, 410, 413], 'rejected'],
  ]
  for (const [statuses, expected] of rows) {
    for (const status of statuses) {
      t.equal(judgeAttempt({ kind: 'answered', status }), expected, String(status))
    }
  }
  t.equal(judgeAttempt({ kind: 'unanswered', code: 'ECONNREFUSED' }), 'again')
})

test('the waits double up to a limit', async (t) => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 1000].map(backoffMs)
  t.same(waits, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  t.equal(backoffMs(0), 500)
})
