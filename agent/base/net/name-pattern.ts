/** Host names with `*` for any run of characters, dots too, as `ssh_config` has them. */

const shape = /^(?=.{1,253}$)[a-z0-9_*-]+(\.[a-z0-9_*-]+)*$/i

/**
 * Undefined for anything else. A pattern needs a letter, or is `*` alone: `10.0.0.*` looks like a
 * network and would name no address, ever.
 */
export const parseNamePattern = (text: string): ((name: string) => boolean) | undefined => {
  if (!shape.test(text) || (text !== '*' && !/[a-z]/i.test(text))) return undefined
  const [first = '', ...rest] = text.toLowerCase().split('*')
  const last = rest.pop()
  return (given) => {
    // A dot at the end says that the name is whole, and is no part of it.
    const name = given.toLowerCase().replace(/\.$/, '')
    if (last === undefined) return name === first
    if (!name.startsWith(first)) return false
    let at = first.length
    for (const part of rest) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return name.length - last.length >= at && name.endsWith(last)
  }
}
