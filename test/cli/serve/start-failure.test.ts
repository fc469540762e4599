import { test } from 'tap'
import { isBug, wordsOf } from '../../../agent/cli/serve/start-failure.ts'

const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: words\n of the system`), { code, ...more })

test('what the language throws is a bug, what says what is wrong is none', async (t) => {
  for (const error of [new TypeError('x'), new RangeError('x'), 'x', undefined]) t.ok(isBug(error))
  const coded = Object.assign(new TypeError('Invalid'), { code: 'ERR_INVALID_ARG_VALUE' })
  for (const error of [new Error('x'), withCode('EACCES'), coded]) t.notOk(isBug(error))
})

test('one line says what and where', async (t) => {
  const at = { address: '10.0.0.7', port: 7171 }
  t.match(wordsOf(withCode('EADDRINUSE', at)), /^10\.0\.0\.7 port 7171 is in use: /)
  t.match(wordsOf(withCode('EADDRINUSE', { address: '/run/s' })), /^\/run\/s is in use: /)
  t.match(wordsOf(withCode('EADDRNOTAVAIL', at)), /^10\.0\.0\.7 port 7171 is no address of/)
  t.equal(wordsOf(withCode('EACCES')), 'EACCES: words of the system: this user may not')
  t.equal(wordsOf(new Error('a sentence')), 'a sentence')
})
