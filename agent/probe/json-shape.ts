/** Reading of the JSON that iproute2 prints, without trust in its shape. */

export type JsonObject = Readonly<Record<string, unknown>>

/**
 * The objects of a JSON array; undefined for any other text, also for an array of anything else.
 */
export const readObjects = (text: string): readonly JsonObject[] | undefined => {
  const value = readJson(text)
  return Array.isArray(value) && value.every(isObject) ? value : undefined
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined where the field is absent or no string. */
export const textField = (object: JsonObject, name: string): string | undefined => {
  const value = object[name]
  return typeof value === 'string' ? value : undefined
}

/** Undefined where the field is absent, no array, or holds anything but strings. */
export const textsField = (object: JsonObject, name: string): readonly string[] | undefined => {
  const value = object[name]
  return Array.isArray(value) && value.every((one): one is string => typeof one === 'string')
    ? value
    : undefined
}

/** An age in whole seconds; undefined for anything that is none. */
export const secondsField = (object: JsonObject, name: string): number | undefined => {
  const value = object[name]
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    // A syntax error, and like it no array: the caller sees "no objects" and calls it our own
    // trouble.
    return error
  }
}
