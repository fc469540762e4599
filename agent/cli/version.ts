import { existsSync, readFileSync } from 'node:fs'

/** The version of `package.json`, the one place that has it: it lies above the compiled file or the source. */
export const readVersion = (from: string | URL): string => {
  const directory = new URL('.', from)
  const file = new URL('package.json', directory)
  if (existsSync(file)) {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }
    return version
  }
  return directory.pathname === '/' ? 'unknown' : readVersion(new URL('..', directory))
}
