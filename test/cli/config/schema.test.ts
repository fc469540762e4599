import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { test } from 'tap'
import { call } from '../../fixtures/worlds/command-line.ts'

test('the schema judges a file as the agent does, and lets it say where the schema lies', async (t) => {
  const { code, out, err } = await call(['config', 'schema'])
  t.match({ code, err }, { code: 0, err: '' })
  const ajv = new Ajv({ strictSchema: false })
  const validate = ajv.compile(JSON.parse(out) as object)
  const shipped = JSON.parse(
    readFileSync(join('packaging', 'common', 'peerfence.json'), 'utf8'),
  ) as object
  t.ok(validate({ $schema: './peerfence.schema.json', ...shipped }))
  t.notOk(validate({ ...shipped, htpp: {} }))
})
