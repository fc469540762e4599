/**
 * The API document: OpenAPI 3.1, made of the schemas that judge requests and of the codes of the
 * door.
 */
import { api } from './api.ts'
import { codesOfEveryRoute } from './api-route.ts'
import type { ApiRoute } from './api-route.ts'
import { errorCodes } from '../reply/error-codes.ts'
import type { ErrorCode } from '../reply/error-codes.ts'
import { fieldRules, queryRules } from '../request/field-rules.ts'
import { rejectionSchema } from '../reply/reply-schemas.ts'

const json = (schema: object): object => ({ content: { 'application/json': { schema } } })

export const openapi = (version: string): object => ({
  openapi: '3.1.0',
  info: {
    title: 'peerfence',
    version,
    description: 'Makes sure that one VM is dead on another host. Every doubt refuses.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{}, { bearer: [] }, { certificate: [] }],
  paths: Object.fromEntries(
    api.map((route) => [route.path, { [route.method.toLowerCase()]: operationOf(route) }]),
  ),
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer' },
      certificate: { type: 'mutualTLS' },
    },
    schemas: { Refusal: rejectionSchema },
  },
})

const operationOf = (route: ApiRoute): object => {
  const { name, summary, query, headers = {}, body, answer, unavailable, codes } = route
  const parameters = [
    ...Object.entries(query?.properties ?? {}).map(([field, schema]) => ({
      name: field,
      in: 'query',
      description: queryRules[field],
      schema,
    })),
    ...Object.entries(headers).map(([field, description]) => ({
      name: field,
      in: 'header',
      description,
      schema: { type: 'string' },
    })),
  ]
  return {
    operationId: name,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, ...json(described(body)) } }),
    responses: {
      200:
        typeof answer === 'string'
          ? { description: answer }
          : { description: summary, ...json(answer) },
      ...refusals([...codesOfEveryRoute, ...codes]),
      ...(unavailable === undefined
        ? {}
        : { 503: { description: 'Not now.', ...json(unavailable) } }),
    },
  }
}

/** One response for each status, with the codes that come with it. */
const refusals = (codes: readonly ErrorCode[]): Readonly<Record<string, object>> => {
  const statuses = new Set(codes.map((code) => errorCodes[code].status))
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      {
        description: codes
          .filter((code) => errorCodes[code].status === status)
          .map((code) => `${code}: ${errorCodes[code].meaning}.`)
          .join(' '),
        ...json({ $ref: '#/components/schemas/Refusal' }),
      },
    ]),
  )
}

/** The schema that judges a body says what it may be; the rules say it in words. */
const described = (schema: object): object => {
  const { properties = {}, ...rest } = schema as {
    readonly properties?: Readonly<Record<string, object>>
  }
  return {
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).map(([field, one]) => [
        field,
        { ...one, description: fieldRules[field] },
      ]),
    ),
  }
}
