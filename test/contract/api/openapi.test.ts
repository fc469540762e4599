import { Validator } from '@seriousme/openapi-schema-validator'
import { test } from 'tap'
import { api } from '../../../agent/contract/api/api.ts'
import { errorCodes } from '../../../agent/contract/reply/error-codes.ts'
import { fenceCommandSchema } from '../../../agent/contract/request/fence-command.ts'
import { fieldRules, queryRules } from '../../../agent/contract/request/field-rules.ts'
import { openapi } from '../../../agent/contract/api/openapi.ts'
import { openServer } from '../../fixtures/servers/agent-server.ts'

interface Operation {
  readonly responses: Readonly<Record<string, { readonly description: string }>>
  readonly parameters?: readonly { readonly name: string; readonly description: string }[]
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: Readonly<Record<string, unknown>> }>
    >
  }
}

const document = openapi('1.2.3') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

test('the document is valid OpenAPI 3.1, and is what the agent serves', async (t) => {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  t.ok(valid, JSON.stringify(errors))
  const served = await openServer().server.inject('/openapi.json')
  t.equal(served.headers['content-type'], 'application/json; charset=utf-8')
  t.same(served.json(), JSON.parse(JSON.stringify(document)))
  t.notOk((await new Validator().validate({ ...document, paths: 7 })).valid, 'and it can fail')
})

test('every route is in it, every code of the door, every header and every word of a query', async (t) => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  t.same(
    operations.map(({ path, method }) => `${method} ${path}`),
    api.map(({ path, method }) => `${method.toLowerCase()} ${path}`),
  )
  const told = operations.flatMap(({ operation }) =>
    Object.entries(operation.responses).map(([status, one]) => `${status} ${one.description}`),
  )
  for (const [code, { status, meaning }] of Object.entries(errorCodes)) {
    const words = `${code}: ${meaning}.`
    t.ok(
      told.some((one) => one.startsWith(`${status} `) && one.includes(words)),
      code,
    )
  }
  const parameters = operations.flatMap(({ operation }) => operation.parameters ?? [])
  const names = new Set(parameters.map(({ name }) => name))
  for (const name of [...Object.keys(queryRules), 'taskuuid', 'callbackurl', 'x-request-id']) {
    t.ok(names.has(name), name)
  }
  for (const { name, description } of parameters) t.match(description, /./, name)
})

test('the body of a fence is the schema that judges it, each field with its rule in words', async (t) => {
  const schema =
    document.paths['/ha/fence/vm/from/peer']?.['post']?.requestBody?.content['application/json']
      ?.schema
  t.same(schema?.['required'], fenceCommandSchema.required)
  const { properties } = fenceCommandSchema
  t.same(
    schema?.['properties'],
    Object.fromEntries(
      Object.entries(properties).map(([field, one]) => [
        field,
        { ...one, description: fieldRules[field] },
      ]),
    ),
  )
})
