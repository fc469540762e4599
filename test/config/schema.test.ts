import { test } from 'tap'
import { configSchema } from '../../agent/config/schema.ts'

type Node = Readonly<Record<string, unknown>>

const leaves = (node: Node, path: string): readonly (readonly [string, Node])[] => {
  const properties = node['properties'] as Readonly<Record<string, Node>> | undefined
  if (properties === undefined) return [[path, node]]
  return Object.entries(properties).flatMap(([name, child]) => leaves(child, `${path}/${name}`))
}

const sections = (node: Node): readonly Node[] => {
  const properties = node['properties'] as Readonly<Record<string, Node>> | undefined
  return properties === undefined ? [] : [node, ...Object.values(properties).flatMap(sections)]
}

test('every property says what it is, in which unit, and what a change costs', async (t) => {
  for (const [path, leaf] of leaves(configSchema, '')) {
    for (const word of ['type', 'description', 'x-unit', 'x-cost', 'default']) {
      t.ok(Object.hasOwn(leaf, word), `${path} has ${word}`)
    }
    for (const word of ['description', 'x-cost']) {
      t.match(leaf[word], /^[A-Z"a-z][^\n]*\.$/, `${path}: ${word} is a sentence`)
    }
    if (leaf['type'] === 'integer') {
      t.type(leaf['minimum'], 'number', `${path} has a minimum`)
      t.type(leaf['maximum'], 'number', `${path} has a maximum`)
    }
    if (leaf['type'] === 'array') t.type(leaf['maxItems'], 'number', `${path} has a limit`)
  }
})

/** The properties of a list's items; those of an item have no default of their own. */
const itemLeaves = (): readonly (readonly [string, Node])[] =>
  leaves(configSchema, '').flatMap(([path, leaf]) => {
    const items = leaf['items'] as Node | undefined
    return items?.['type'] === 'object' ? leaves(items, `${path}/*`) : []
  })

test('every property of an item says what it is, in which unit, and what a change costs', async (t) => {
  t.ok(itemLeaves().length > 0)
  for (const [path, leaf] of itemLeaves()) {
    t.match(leaf['description'], /^[A-Z"a-z][^\n]*\.$/, `${path}: description is a sentence`)
    t.match(leaf['x-cost'], /^[A-Z"a-z][^\n]*\.$/, `${path}: x-cost is a sentence`)
    t.type(leaf['x-unit'], 'string', path)
    if (leaf['type'] === 'array') t.type(leaf['maxItems'], 'number', `${path} has a limit`)
  }
})

test('every section is closed', async (t) => {
  for (const section of sections(configSchema)) t.equal(section['additionalProperties'], false)
  const { items } = configSchema.properties.http.properties.listeners
  for (const section of sections(items)) t.equal(section['additionalProperties'], false)
})
