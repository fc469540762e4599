/** Every property that is not named as optional is always there, and there are no others. */
export const closed = <T extends Readonly<Record<string, object>>>(
  description: string,
  properties: T,
  optional: readonly (keyof T)[] = [],
) => ({
  type: 'object',
  description,
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})

export const text = { type: 'string' } as const
export const count = { type: 'integer', minimum: 0 } as const
/** As management nodes write it. */
export const vmUuid = { type: 'string', pattern: '^[0-9a-f]{32}$' } as const
