/** A configuration without what a schema finds wrong in it, for its other rules to be asked. */

/**
 * `paths` are JSON paths. An entry of a list leaves a hole, so that those behind it keep their
 * numbers.
 */
export const prune = (value: unknown, paths: ReadonlySet<string>, path = ''): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const kept: [string, unknown][] = Object.entries(value).flatMap(([name, part]) => {
    const at = `${path}/${name}`
    return paths.has(at) ? [] : [[name, prune(part, paths, at)]]
  })
  if (!Array.isArray(value)) return Object.fromEntries(kept)
  const list: unknown[] = []
  list.length = value.length
  for (const [index, part] of kept) list[Number(index)] = part
  return list
}
