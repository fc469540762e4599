/** peerfence.json(5): what is written by hand, filled with the schema of the configuration. */
import type { Release } from './changelogs.ts'
import { fillPage, roff } from './roff.ts'

/** What the page tells of a setting; the schema has more. */
export interface Setting {
  readonly type: string
  readonly description?: string
  readonly properties?: Settings
  readonly required?: readonly string[]
  readonly items?: Setting
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly 'x-unit'?: string
  readonly 'x-cost'?: string
}
type Settings = Readonly<Record<string, Setting>>

export const configPage = (template: string, release: Release, schema: Setting): string =>
  fillPage(template, release, { SETTINGS: settingsOf(schema) })

const settingsOf = ({ properties = {} }: Setting): string => {
  const sections = Object.entries(properties).filter(([, one]) => one.properties !== undefined)
  const others = Object.entries(properties).filter(([, one]) => one.properties === undefined)
  return [
    ...sections.map(
      ([name, one]) => `.SS ${name}\n${roff(one.description ?? '')}\n${entriesOf(name, one)}`,
    ),
    '.SS Outside of sections\n',
    ...others.map(([name, one]) => entryOf(name, one, false)),
  ].join('')
}

const entriesOf = (path: string, { properties = {}, required = [] }: Setting): string =>
  Object.entries(properties)
    .map(([name, one]) => entryOf(`${path}.${name}`, one, required.includes(name)))
    .join('')

/** A list of objects is followed by what stands in each of them. */
const entryOf = (path: string, setting: Setting, isRequired: boolean): string => {
  const { description = '', items, 'x-cost': cost } = setting
  const values = valuesOf(setting, isRequired)
  const lines = [
    roff(description),
    ...(values === '' ? [] : ['.br', roff(values)]),
    ...(cost === undefined ? [] : ['.br', `.I Cost:\n${roff(cost)}`]),
  ]
  const inside = items?.properties === undefined ? setting : items
  const insidePath = inside === items ? `${path}[]` : path
  return `.TP\n.B ${roff(path)}\n${lines.join('\n')}\n${entriesOf(insidePath, inside)}`
}

const valuesOf = (setting: Setting, isRequired: boolean): string => {
  const { enum: words, minimum, maximum, minItems = 0, maxItems, 'x-unit': unit = '' } = setting
  const one = words?.map((word) => `"${word}"`).join(', ') ?? unit
  const isNumber = minimum !== undefined && maximum !== undefined
  const stated = [
    isNumber ? `${minimum} to ${maximum} ${unit}` : upperFirst(one),
    ...(maxItems === undefined ? [] : [`${minItems} to ${maxItems} of them`]),
    ...(isRequired ? ['required'] : []),
  ].filter((part) => part !== '')
  const preset =
    setting.default === undefined ? '' : ` Default: ${JSON.stringify(setting.default)}.`
  return stated.length === 0 ? preset.trim() : `${stated.join('; ')}.${preset}`
}

const upperFirst = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
