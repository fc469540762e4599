import { existsSync, readFileSync } from 'node:fs'

/** What of this program runs here. */
export interface Release {
  readonly version: string
  /** Of which commit it was made, in words; a checkout that nobody built knows none. */
  readonly build: string
}

/**
 * The nearest `package.json` above the running file: `scripts/build` and `scripts/package` lay one
 * beside what they make, with the version of that of the tree, which is the one place that has it.
 */
export const readRelease = (from: string | URL): Release => {
  const directory = new URL('.', from)
  const file = new URL('package.json', directory)
  if (existsSync(file)) {
    const { version, build = 'a checkout' } = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly version: string
      readonly build?: string
    }
    return { version, build }
  }
  return directory.pathname === '/'
    ? { version: 'unknown', build: 'unknown' }
    : readRelease(new URL('..', directory))
}

export const versionLine = ({ version, build }: Release, nodeVersion: string): string =>
  `peerfence ${version} (${build}, Node.js ${nodeVersion.replace(/^v/, '')})`
