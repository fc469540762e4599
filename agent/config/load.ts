/** Reads, validates, applies defaults, freezes. Every fault is told at once. */
import { open } from 'node:fs/promises'
import { Ajv } from 'ajv'
import type { ErrorObject } from 'ajv'
import type { Config, ConfigFault } from './config.ts'
import { crossFaults } from './cross-rules.ts'
import { withDefaults } from './defaults.ts'
import { parseListeners } from './listeners.ts'
import { configSchema } from './schema.ts'
import type { ConfigFile } from './schema.ts'

export type LoadedConfig =
  | { readonly kind: 'loaded'; readonly config: Config }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigFault[] }

/** What flags and environment put in place of the file's word. */
export interface Overrides {
  /** One plain listener in place of all. */
  readonly listen?: string
  readonly logLevel?: string
}

export const loadConfig = async (file: string, overrides: Overrides): Promise<LoadedConfig> => {
  const faulty = (rule: string): LoadedConfig => ({
    kind: 'faulty',
    faults: [{ path: '', rule: `${file} ${rule}` }],
  })
  let read: { readonly value: unknown; readonly isOpenToAll: boolean }
  try {
    read = await readJson(file)
  } catch (error) {
    return faulty(`has to be readable JSON: ${reasonOf(error)}`)
  }
  if (read.isOpenToAll) return faulty('must not be writable for everybody: it says who may ask')
  return parseConfig(read.value, overrides)
}

const readJson = async (file: string) => {
  const handle = await open(file)
  try {
    const { mode } = await handle.stat()
    const value: unknown = JSON.parse(await handle.readFile('utf8'))
    return { value, isOpenToAll: (mode & 0o002) !== 0 }
  } finally {
    await handle.close()
  }
}

/** The parser's own words quote the text around a fault, and a wrong file may be a key. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof SyntaxError)) return String(error)
  const at = / at position \d+/.exec(error.message)?.[0] ?? ''
  return `it breaks the grammar${at}`
}

const ajv = new Ajv({ allErrors: true, coerceTypes: false, removeAdditional: false })
ajv.addVocabulary(['x-unit', 'x-cost'])
const validate = ajv.compile<ConfigFile>(configSchema)

export const parseConfig = (value: unknown, overrides: Overrides): LoadedConfig => {
  const merged = isObject(value) ? withOverrides(value, overrides) : value
  if (!validate(merged)) return { kind: 'faulty', faults: faultsOf(validate.errors) }
  const settled = withDefaults(merged)
  const parsed = parseListeners(settled.http.listeners)
  const listenerFaults = parsed.kind === 'faulty' ? parsed.faults : []
  const faults = [...listenerFaults, ...crossFaults(settled)]
  if (faults.length > 0 || parsed.kind === 'faulty') return { kind: 'faulty', faults }
  const { listeners } = parsed
  return { kind: 'loaded', config: freeze({ ...settled, http: { ...settled.http, listeners } }) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * An override takes the place of the file's value before validation, so the same rules judge it.
 */
const withOverrides = (
  file: Readonly<Record<string, unknown>>,
  { listen, logLevel }: Overrides,
): Readonly<Record<string, unknown>> => {
  const section = (name: string, key: string, value: unknown): object => {
    const old = Object.hasOwn(file, name) ? file[name] : {}
    return value === undefined || !isObject(old) ? {} : { [name]: { ...old, [key]: value } }
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

const faultOf = ({ instancePath, keyword, message, params }: ErrorObject): ConfigFault => {
  const { additionalProperty, allowedValues } = params as Readonly<Record<string, unknown>>
  if (keyword === 'additionalProperties') {
    return { path: `${instancePath}/${String(additionalProperty)}`, rule: 'no such property' }
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
