/** Reads, validates, applies defaults, freezes. Every fault is told at once. */
import { Ajv } from 'ajv'
import type { ErrorObject } from 'ajv'
import { nearest } from '../base/text/nearest.ts'
import type { Config, ConfigFault, FaultPlace } from './config.ts'
import { crossFaults } from './cross-rules.ts'
import { withDefaults } from './defaults.ts'
import type { SettledConfig } from './defaults.ts'
import { parseListeners } from './listeners.ts'
import { isSection, mergeSources, placeIn } from './merge.ts'
import { prune } from './prune.ts'
import { readSources } from './sources.ts'
import { configSchema } from './schema.ts'
import type { ConfigFile } from './schema.ts'

export type LoadedConfig =
  | {
      readonly kind: 'loaded'
      readonly config: Config
      /** The same in the form of the file, with every default. */
      readonly settled: SettledConfig
      /** Where a setting was said (`/http/listeners`); undefined for a default. */
      readonly placeOf: (path: string) => FaultPlace | undefined
    }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigFault[] }

/** What flags and environment put in place of the file's word. */
export interface Overrides {
  /** One plain listener in place of all. */
  readonly listen?: string
  readonly logLevel?: string
}

/**
 * Every fault of the grammar, of the schema and of the rules between settings is told at once. What
 * breaks the grammar of one file is told beside what is wrong in the others.
 */
export const loadConfig = async (file: string, overrides: Overrides): Promise<LoadedConfig> => {
  const { sources, faults } = await readSources(file)
  const parsed = parseConfig(mergeSources(sources), overrides)
  const placeOf = (path: string): FaultPlace | undefined =>
    overrideAt(path, overrides) ?? placeIn(sources, path)
  if (parsed.kind === 'loaded' && faults.length === 0) return { ...parsed, placeOf }
  const others =
    parsed.kind === 'loaded'
      ? []
      : parsed.faults.map((fault) => ({ ...fault, place: placeOf(fault.path) }))
  return { kind: 'faulty', faults: [...faults, ...others] }
}

const overrideAt = (path: string, { listen, logLevel }: Overrides): FaultPlace | undefined => {
  if (listen !== undefined && path.startsWith('/http/listeners')) {
    return { file: '--listen or PEERFENCE_LISTEN' }
  }
  return logLevel !== undefined && path === '/log/level'
    ? { file: '--log-level or PEERFENCE_LOG_LEVEL' }
    : undefined
}

const ajv = new Ajv({ allErrors: true, verbose: true, coerceTypes: false, removeAdditional: false })
ajv.addVocabulary(['x-unit', 'x-cost'])
const validate = ajv.compile<ConfigFile>(configSchema)

export const parseConfig = (value: unknown, overrides: Overrides): LoadedConfig => {
  const merged = isSection(value) ? withOverrides(value, overrides) : value
  const { file, faults: schemaFaults } = validFile(merged)
  const settled = withDefaults(file)
  const parsed = parseListeners(settled.http.listeners)
  const listenerFaults = parsed.kind === 'faulty' ? parsed.faults : []
  // Nor is anything said of what a fault of the schema was cut out of.
  const isCut = ({ path }: ConfigFault): boolean =>
    schemaFaults.some((one) => one.path.startsWith(`${path}/`))
  const between = crossFaults(settled).filter((fault) => !isCut(fault))
  const faults = [...schemaFaults, ...listenerFaults, ...between]
  if (faults.length > 0 || parsed.kind === 'faulty') return { kind: 'faulty', faults }
  const { listeners } = parsed
  const config = freeze({ ...settled, http: { ...settled.http, listeners } })
  return { kind: 'loaded', config, settled, placeOf: () => undefined }
}

/** What is valid of the file, and what is wrong with the rest. */
const validFile = (
  value: unknown,
): { readonly file: ConfigFile; readonly faults: readonly ConfigFault[] } => {
  const [faults, paths] = [[] as ConfigFault[], new Set<string>()]
  let rest = value
  while (!validate(rest)) {
    const found = faultsOf(validate.errors).filter(({ path }) => !paths.has(path))
    // Of a thing that a fault was cut out of, what is missing then is no fault of its own.
    if (paths.size === 0) faults.push(...found)
    // A file that is nothing of what it should be; or nothing but holes in lists is left to blame.
    if (found.length === 0 || found.some(({ path }) => path === '')) break
    for (const { path } of found) paths.add(path)
    rest = prune(rest, paths)
  }
  const isWhole = faults.some(({ path }) => path === '')
  return { file: isWhole ? {} : (rest as ConfigFile), faults }
}

/**
 * An override takes the place of the file's value before validation, so the same rules judge it.
 */
const withOverrides = (
  file: Readonly<Record<string, unknown>>,
  { listen, logLevel }: Overrides,
): Readonly<Record<string, unknown>> => {
  const section = (name: string, key: string, value: unknown): object => {
    const old = Object.hasOwn(file, name) ? file[name] : {}
    return value === undefined || !isSection(old) ? {} : { [name]: { ...old, [key]: value } }
  }
  const listeners = listen === undefined ? undefined : [{ at: listen }]
  return {
    ...file,
    ...section('http', 'listeners', listeners),
    ...section('log', 'level', logLevel),
  }
}

const faultsOf = (errors: typeof validate.errors): readonly ConfigFault[] => {
  /* c8 ignore next -- a file that is not valid always comes with errors */
  return (errors ?? []).map(faultOf)
}

const faultOf = (error: ErrorObject): ConfigFault => {
  const { instancePath, keyword, message, params, parentSchema } = error
  const { additionalProperty, allowedValues } = params as Readonly<Record<string, unknown>>
  if (keyword === 'additionalProperties') {
    const name = String(additionalProperty)
    const near = nearest(name, Object.keys(Object(parentSchema?.['properties']) as object))
    const meant = near === undefined ? '' : `; did you mean ${near}?`
    return { path: `${instancePath}/${name}`, rule: `no such property${meant}` }
  }
  const values = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : ''
  return { path: instancePath, rule: `${String(message)}${values}` }
}

const freeze = <T extends object>(value: T): T => {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) freeze(part)
  }
  return Object.freeze(value)
}
