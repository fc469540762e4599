import { test } from 'tap'
import type { AttemptOutcome } from '../../agent/callback/attempt.ts'
import { countedAttempt } from '../../agent/callback/counted-attempt.ts'

test('an attempt is what it was, and somebody is told of it', async (t) => {
  const outcomes: readonly AttemptOutcome[] = [
    { kind: 'answered', status: 503 },
    { kind: 'unanswered', code: 'ECONNREFUSED' },
  ]
  const told: (number | undefined)[] = []
  const destination = { isTls: false, address: '192.0.2.1', port: 1, host: '192.0.2.1', path: '/' }
  for (const outcome of outcomes) {
    const attempt = countedAttempt(
      async (...args) => {
        t.same(args.slice(0, 3), [destination, 'task', 'body'])
        return await Promise.resolve(outcome)
      },
      (status) => told.push(status),
    )
    t.equal(await attempt(destination, 'task', 'body', new AbortController().signal), outcome)
  }
  t.same(told, [503, undefined])
})
