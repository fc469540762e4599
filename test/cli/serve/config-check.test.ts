import { join } from 'node:path'
import { test } from 'tap'
import { call } from '../../fixtures/worlds/command-line.ts'

test('a file without faults, one with a fault, a variable with one', async (t) => {
  const warned = '{"probe":{"silenceSec":5},"doctor":{"peers":["fd00:dead::1"]}}'
  const folder = t.testdir({ good: '{}', warned, bad: '{"fence":{"holdMs":-1}}' })
  const [good, bad] = [join(folder, 'good'), join(folder, 'bad')]
  const check = ['config', 'check']
  t.match(await call(check, { env: { PEERFENCE_CONFIG: good } }), {
    code: 0,
    out: `${good}: no faults\n`,
    err: '',
  })
  t.match(await call([...check, '--config', join(folder, 'warned')]), {
    code: 0,
    out: /^silence of \[fd00:dead::1\]:22 would not count: .*\n.*: no faults\n$/,
    err: /warned: warning: \/probe\/silenceSec: below 10 /,
  })
  t.match(await call([...check, '--config', bad]), { code: 78, out: '', err: /\/fence\/holdMs/ })
  const env = { PEERFENCE_CONFIG: good, PEERFENCE_LISTEN: 'nowhere' }
  t.match(await call(check, { env }), { code: 78, err: /\/http\/listen/ })
})
