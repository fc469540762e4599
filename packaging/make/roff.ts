/**
 * What the man pages are made of: a page written by hand with places in it, and text that is none
 * of roff's.
 */
import type { Release } from './changelogs.ts'

/**
 * A dash that is no hyphen, a backslash that is none of roff's, and no line that looks like a
 * request.
 */
export const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1')

/** Puts parts in the place of `@NAME@`; version and date of the release are always known. */
export const fillPage = (
  template: string,
  { version, date }: Release,
  parts: Readonly<Record<string, string>>,
): string => {
  const all: Readonly<Record<string, string>> = {
    ...parts,
    VERSION: version,
    DATE: date.toISOString().slice(0, 10),
  }
  return template.replaceAll(/@([A-Z]+)@/g, (_whole, name: string) => {
    const part = all[name]
    if (part === undefined) throw new Error(`the man page has no part @${name}@`)
    return part.trimEnd()
  })
}
