/** A copy of the repository that a mutant may be tried in. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutant.ts'

/** Compiled code lies one level deeper than the sources. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

const copied = [
  'agent',
  'packaging',
  'scripts',
  'test',
  '.taprc',
  'package.json',
  'README.md',
  'tsconfig.json',
]
/** A test that takes longer hangs, which is one way to be noticed. */
const testMsMax = 10 * 60_000

export interface Tree {
  /** Compiles; a break that does not even fit the types is compiled all the same. */
  readonly build: () => Promise<boolean>
  readonly passes: (test: string) => Promise<boolean>
  /** Puts the break in, runs `work`, and takes it out again. */
  readonly broken: <T>(mutant: Mutant, work: () => Promise<T>) => Promise<T>
  readonly remove: () => void
}

export const plantTree = (): Tree => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-mutant-'))
  for (const name of copied) cpSync(join(root, name), join(directory, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const succeeds = async (file: string, ...args: readonly string[]): Promise<boolean> =>
    await new Promise((resolve) => {
      const env = { ...process.env, PEERFENCE_BUILD_ANYWAY: '1', TAP_BAIL: '1', TAP_TIMEOUT: '300' }
      const options = { cwd: directory, env, timeout: testMsMax, maxBuffer: 256 * 1024 * 1024 }
      execFile(file, args, options, (error) => {
        resolve(error === null)
      })
    })
  return {
    build: async () => await succeeds('scripts/build'),
    passes: async (test) => {
      const file = `build/test/${test}.test.js`
      return test.startsWith('lab/')
        ? await succeeds('scripts/lab', 'run', '--', process.execPath, file)
        : await succeeds(process.execPath, file)
    },
    broken: async (mutant, work) => {
      const file = join(directory, mutant.file)
      const sound = readFileSync(file, 'utf8')
      writeFileSync(file, applied(mutant, sound))
      try {
        return await work()
      } finally {
        writeFileSync(file, sound)
      }
    },
    remove: () => {
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Throws where the text to be replaced does not stand there exactly once. */
export const applied = ({ name, file, find, replace }: Mutant, sound: string): string => {
  const parts = sound.split(find)
  if (parts.length !== 2) {
    throw new Error(`${file} holds the text of the mutant "${name}" ${parts.length - 1} times`)
  }
  return parts.join(replace)
}
