/** Several sources to one configuration, and back from a place in it to the source that said it. */
import type { FaultPlace } from './config.ts'
import type { ConfigSource } from './sources.ts'

export type Section = Readonly<Record<string, unknown>>

export const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Setting by setting: a later source goes before an earlier one, and a list is replaced as a whole.
 * What is no object is given back as it is, for the schema to judge.
 */
export const mergeSources = (sources: readonly Pick<ConfigSource, 'value'>[]): unknown => {
  const odd = sources.find(({ value }) => !isSection(value))
  if (odd !== undefined) return odd.value
  const merged = new Map<string, unknown>()
  for (const { value } of sources) {
    for (const [name, fresh] of Object.entries(value as Section)) {
      // For editors, which look up there what they may offer.
      if (name === '$schema' && typeof fresh === 'string') continue
      const old = merged.get(name)
      merged.set(name, isSection(old) && isSection(fresh) ? { ...old, ...fresh } : fresh)
    }
  }
  return Object.fromEntries(merged)
}

/** The last source that has the setting of this JSON path; undefined where it is a default. */
export const placeIn = (sources: readonly ConfigSource[], path: string): FaultPlace | undefined => {
  const [section, setting] = path.split('/').slice(1)
  const odd = sources.find(({ value }) => !isSection(value))
  const source = odd ?? sources.findLast(({ value }) => has(value, section, setting))
  if (source === undefined) return undefined
  const { file, placeOf } = source
  return { file, ...(placeOf(path) ?? placeOf(parentOf(path))) }
}

const has = (value: unknown, section?: string, setting?: string): boolean => {
  if (section === undefined) return true
  if (!isSection(value) || !Object.hasOwn(value, section)) return false
  return setting === undefined || has(value[section], setting)
}

/** What is missing has no place: what it is missing in has one. */
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
