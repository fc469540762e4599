import { join } from 'node:path'
import { test } from 'tap'
import { call } from '../fixtures/worlds/command-line.ts'

test('help, version and wrong usage have their streams and codes', async (t) => {
  t.match(await call(['--help']), { code: 0, out: /^usage: peerfence serve/, err: '' })
  t.match(await call(['serve', '--help']), { code: 0, out: /--listen ADDRESS/, err: '' })
  t.match(await call(['--version']), { code: 0, out: 'peerfence 1.2.3 (a test)\n', err: '' })
  t.match(await call(['serve', '-x']), {
    code: 64,
    out: '',
    err: /^peerfence: serve has no option -x\nusage: peerfence serve/,
  })
  t.match(await call(['fense']), {
    code: 64,
    err: /did you mean fence\?\npeerfence help shows .*\n$/,
  })
  t.match(await call(['serve', 'x']), { code: 64, err: /--log-level LEVEL/ }, 'with its own help')
})

test('a subcommand ends with its own code', async (t) => {
  const file = join(t.testdir({ config: '{}' }), 'config')
  t.match(await call(['config', 'check', '--config', file]), {
    code: 0,
    out: `${file}: no faults\n`,
  })
})
