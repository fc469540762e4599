import { Ajv } from 'ajv'
import { test } from 'tap'
import { absolutePath, networkList } from '../../agent/config/schema-parts.ts'

test('a path is absolute and holds no NUL', async (t) => {
  const isValid = new Ajv().compile(absolutePath)
  t.ok(isValid('/etc/peerfence/peerfence.json'))
  for (const text of ['', 'etc/x', './x', '/x\0y', `/${'x'.repeat(1024)}`]) t.notOk(isValid(text))
})

test('a list of networks is bounded', async (t) => {
  const isValid = new Ajv().compile(networkList)
  t.ok(isValid(['10.0.0.0/8', '::1']))
  t.notOk(isValid('10.0.0.0/8'))
  t.notOk(isValid(Array.from({ length: 257 }, () => '10.0.0.1')))
})
