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
