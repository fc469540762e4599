/** The files that a configuration is made of: the file itself, and the drop-ins of its folder. */
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConfigFault } from './config.ts'
import { parseConfigText } from './config-text.ts'
import type { TextPlace } from './config-text.ts'

export interface ConfigSource {
  readonly file: string
  /** An object, unless a fault says otherwise. */
  readonly value: unknown
  readonly placeOf: (path: string) => TextPlace | undefined
}

export interface ConfigSources {
  /** In their order: a later one goes before an earlier one. */
  readonly sources: readonly ConfigSource[]
  readonly faults: readonly ConfigFault[]
}

/** Far more than a configuration has. */
const bytesMax = 262_144
const dropInsMax = 256

/** `/etc/peerfence/peerfence.d` of `/etc/peerfence/peerfence.json`. */
export const dropInFolderOf = (file: string): string => `${file.replace(/\.json$/, '')}.d`

/** Never rejects. */
export const readSources = async (file: string): Promise<ConfigSources> => {
  const dropIns = await dropInsOf(dropInFolderOf(file))
  const read = await Promise.all([file, ...dropIns.files].map(readSource))
  return {
    sources: read.flatMap(({ source }) => (source === undefined ? [] : [source])),
    faults: [...dropIns.faults, ...read.flatMap(({ faults }) => faults)],
  }
}

interface DropIns {
  readonly files: readonly string[]
  readonly faults: readonly ConfigFault[]
}

/** Sorted by name, as systemd has its own. What does not end in .json is somebody else's. */
const dropInsOf = async (folder: string): Promise<DropIns> => {
  const faulty = (rule: string): DropIns => ({
    files: [],
    faults: [{ path: '', rule, place: { file: folder } }],
  })
  try {
    const names = await readdir(folder)
    if (((await stat(folder)).mode & 0o002) !== 0) return faulty(openToAll)
    const files = names.filter((name) => /^[^.].*\.json$/.test(name)).toSorted()
    if (files.length > dropInsMax) return faulty(`must not hold more than ${dropInsMax} files`)
    return { files: files.map((name) => join(folder, name)), faults: [] }
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { files: [], faults: [] } : faulty(unreadable(error))
  }
}

const openToAll = 'must not be writable for everybody: it says who may ask'

interface ReadSource {
  readonly source?: ConfigSource
  readonly faults: readonly ConfigFault[]
}

const readSource = async (file: string): Promise<ReadSource> => {
  const faulty = (rule: string): ReadSource => ({
    faults: [{ path: '', rule, place: { file } }],
  })
  let text: string
  try {
    const handle = await open(file)
    try {
      const { mode, size } = await handle.stat()
      if ((mode & 0o002) !== 0) return faulty(openToAll)
      if (size > bytesMax) return faulty(`must not be longer than ${bytesMax} bytes`)
      text = await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  } catch (error) {
    return faulty(unreadable(error))
  }
  const { value, faults, placeOf } = parseConfigText(text)
  return {
    ...(value === undefined ? {} : { source: { file, value, placeOf } }),
    faults: faults.map(({ place, rule }) => ({ path: '', rule, place: { file, ...place } })),
  }
}

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code')

const unreadable = (error: unknown): string => {
  const code = codeOf(error)
  if (code === 'ENOENT') return 'is not there'
  return code === 'EACCES' ? 'may not be read by this user' : `cannot be read (${String(code)})`
}
