/** What may stand behind the `?` of a fence. Other words are ignored, as unknown fields are. */
import type { FromSchema } from 'json-schema-to-ts'

export const explainQuerySchema = {
  type: 'object',
  properties: {
    explain: {
      type: 'string',
      enum: ['0', '1'],
      description: '1 adds `explanation`, the chain of evidence in lines for a person.',
    },
  },
} as const

type ExplainQuery = FromSchema<typeof explainQuerySchema>

/** The query has passed `explainQuerySchema`. */
export const wantsExplanation = (query: unknown): boolean => (query as ExplainQuery).explain === '1'
