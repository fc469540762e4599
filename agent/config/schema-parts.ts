/** What several sections of the schema are made of. See `schema.ts`. */

export const networkList = {
  type: 'array',
  maxItems: 256,
  items: { type: 'string', maxLength: 64 },
} as const
export const absolutePath = { type: 'string', pattern: '^/[^\\u0000]*$', maxLength: 1024 } as const
