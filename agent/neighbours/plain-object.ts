/** Evidence of another agent, fit for our own answers: plain words and numbers, and bounded. */
import { plainText } from '../base/text/plain-text.ts'

const entriesMax = 32
const depthMax = 6
const wordCharactersMax = 100

/** What is deeper, longer or of another kind is left out. */
export const plainObject = (value: object, depth = depthMax): object =>
  Object.fromEntries(
    Object.entries(value)
      .slice(0, entriesMax)
      .map(([key, one]) => [plainText(key, wordCharactersMax), plainValue(one, depth - 1)]),
  )

const plainValue = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return plainText(value, wordCharactersMax)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null || depth <= 0) return undefined
  return Array.isArray(value)
    ? value.slice(0, entriesMax).map((one) => plainValue(one, depth - 1))
    : plainObject(value, depth)
}
