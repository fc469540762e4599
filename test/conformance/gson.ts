/**
 * The answer as a management node reads it: its JSON library sets fields directly, drops nulls on
 * the way, ignores fields that it does not know, and is lenient with booleans.
 */

export interface ReadAnswer {
  /** A primitive of the node's class, initialised to true: what is absent lets it proceed. */
  readonly success: boolean
  readonly error: string | undefined
  readonly qemuConfirmedDead: boolean | undefined
  readonly qemuStillAlive: boolean | undefined
  readonly targetHostUnreachable: boolean | undefined
}

/** Where the node's own code throws: an error reply, which refuses. */
export class ReadFailure extends Error {
  override readonly name = 'ReadFailure'
}

export const readAnswer = (body: string): ReadAnswer => {
  // An empty body is null, and whoever uses it next fails on that.
  if (body.trim() === '') throw new ReadFailure('null')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    throw new ReadFailure('no JSON', { cause: error })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ReadFailure('no object')
  }
  const fields = value as Readonly<Record<string, unknown>>
  return {
    success: booleanOf(fields['success']) ?? true,
    error: textOf(fields['error']),
    qemuConfirmedDead: booleanOf(fields['qemuConfirmedDead']),
    qemuStillAlive: booleanOf(fields['qemuStillAlive']),
    targetHostUnreachable: booleanOf(fields['targetHostUnreachable']),
  }
}

const booleanOf = (value: unknown): boolean | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value.toLowerCase() === 'true'
  throw new ReadFailure('no boolean')
}

const textOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object') throw new ReadFailure('no string')
  return `${value as string | number | boolean}`
}
