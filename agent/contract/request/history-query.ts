/** What may stand behind the `?` of the records, and its way to a `PastQuery`. */
import type { FromSchema } from 'json-schema-to-ts'
import { parseVmUuid } from '../../domain/vm-uuid.ts'
import { parseHostAddress } from '../../base/net/host-address.ts'
import type { HistoryQuery } from '../../fence/history.ts'
import { queryRules } from './field-rules.ts'
import type { Rejection } from '../reply/rejection.ts'

export const historyMax = 200
const historyDefault = 50

/** Closed: a misspelt filter must not look like one that found everything. */
export const historyQuerySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    vm: { type: 'string', maxLength: 36, description: 'Only of this VM.' },
    host: {
      type: 'string',
      maxLength: 253,
      description: 'Only of the suspect with this address or uuid.',
    },
    since: {
      type: 'string',
      maxLength: 40,
      description: 'Only what ended at or after this time.',
    },
    limit: {
      type: 'string',
      pattern: '^[1-9][0-9]{0,2}$',
      description: `How many at most, up to ${historyMax}; ${historyDefault} without it.`,
    },
    before: {
      type: 'string',
      pattern: '^[0-9]{1,15}$',
      description: '`next` of the page before.',
    },
  },
} as const

export type HistoryFilter = FromSchema<typeof historyQuerySchema>

export type ParsedHistoryQuery =
  | { readonly kind: 'accepted'; readonly query: HistoryQuery }
  | { readonly kind: 'refused'; readonly refusal: Rejection }

const refused = (field: keyof typeof historyQuerySchema.properties): ParsedHistoryQuery => ({
  kind: 'refused',
  refusal: { code: 'FENCE_FIELD_INVALID', field, rule: String(queryRules[field]) },
})

const dateTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$/

/** The query has passed `historyQuerySchema`. */
export const parseHistoryQuery = (given: HistoryFilter): ParsedHistoryQuery => {
  const { vm: vmText, host, since, limit, before } = given
  const vm = vmText === undefined ? undefined : parseVmUuid(vmText)
  if (vmText !== undefined && vm === undefined) return refused('vm')
  const isHost = host === undefined || isHostWord(host)
  if (!isHost) return refused('host')
  const isTime = since === undefined || (dateTime.test(since) && !Number.isNaN(Date.parse(since)))
  if (!isTime) return refused('since')
  const count = limit === undefined ? historyDefault : Number(limit)
  if (count > historyMax) return refused('limit')
  return {
    kind: 'accepted',
    query: {
      ...(vm === undefined ? {} : { vm }),
      ...(host === undefined ? {} : { host }),
      ...(since === undefined ? {} : { since }),
      limit: count,
      ...(before === undefined ? {} : { before: Number(before) }),
    },
  }
}

/** An address, a name, or a uuid of a management plane's own making. */
const isHostWord = (text: string): boolean =>
  parseHostAddress(text) !== undefined || /^[A-Za-z0-9-]{1,64}$/.test(text)
