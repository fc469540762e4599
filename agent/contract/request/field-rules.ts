/** The rule of each field in words. A refusal quotes the rule, never the value. */
import type { Rejection } from '../reply/rejection.ts'

export const fieldRules: Readonly<Record<string, string>> = {
  vmUuid: 'a string of 32 hexadecimal digits, with or without the dashes of a uuid',
  vmUuids: 'an array of 1 to 500 strings, each as vmUuid, no VM twice',
  targetHostIp: 'a string with an IPv4 address, an IPv6 address or a host name',
  targetHostUuid: 'a string of at most 64 letters, digits and dashes',
  targetHostAddresses:
    'an array of at most 8 different strings, each an IPv4 address, an IPv6 address or a host name',
  targetHostUsername:
    'a string of 1 to 128 letters, digits and . _ - + @ \\ $, with a letter, digit, dot or underscore in front, no \\ at the end, and $ at the end alone',
  targetHostPassword: 'a string of at most 1024 characters without NUL',
  targetHostPrivateKey: 'a string of at most 16384 characters without NUL',
  targetHostSshPort: 'an integer from 1 to 65535',
  sshTimeoutSec: 'an integer from 1 to 300',
  passedOnBy: 'a string with the id of an agent, a uuid in lower case with dashes',
}

/** The rules of what may stand behind the `?` of a path. */
export const queryRules: Readonly<Record<string, string>> = {
  explain: '0 or 1, at most once',
  vm: 'a string of 32 hexadecimal digits, with or without the dashes of a uuid',
  host: 'an address, a host name, or the uuid of a host',
  since: 'a date as 2026-11-22 or a time as 2026-11-22T08:00:00Z',
  limit: 'a number from 1 to 200',
  before: 'a number, as `next` of the page before',
}

const closedQuery = 'only vm, host, since, limit and before'

const wholeBody = 'a JSON object with at least vmUuid and targetHostIp'

export const brokenField = (field: string): Rejection => ({
  code: 'FENCE_FIELD_INVALID',
  field,
  rule: fieldRules[field] ?? queryRules[field] ?? wholeBody,
})

/** What the schema validator says about one fault, as far as it is read here. */
export interface SchemaFault {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
}

/** The first fault as a refusal. Reads names only: a fault may carry the offending value. */
export const refusalOfFault = (fault: SchemaFault | undefined): Rejection => {
  const missing = fault?.params['missingProperty']
  if (fault?.keyword === 'required' && typeof missing === 'string') {
    return {
      code: 'FENCE_FIELD_MISSING',
      field: missing,
      rule: `required: ${fieldRules[missing] ?? wholeBody}`,
    }
  }
  // The one closed schema is that of a query. Its name came from the caller, and is not repeated.
  if (fault?.keyword === 'additionalProperties') {
    return { code: 'FENCE_FIELD_INVALID', field: 'query', rule: closedQuery }
  }
  const field = fault?.instancePath.split('/')[1] ?? ''
  return brokenField(field === '' ? 'body' : field)
}
