/**
 * The mutants of the core, each run in simulated worlds alone: what does a simulation notice, and
 * what can it not?
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { mutants } from '../mutants/list.ts'
import type { Mutant } from '../mutants/mutant.ts'
import { applied, root } from '../mutants/tree.ts'

/** What runs in a simulated world. */
const folders = [
  'domain',
  'fence',
  'client',
  'callback',
  'journal',
  'http/accept/answer-body',
] as const

const limitMs = 240_000

/** Exit code as of `simulate`: 0 where none of the wanted was overlooked. */
export const tryMutants = async (
  fences: number,
  words: readonly string[],
  print: (line: string) => void,
): Promise<number> => {
  const wanted = mutants.filter(
    ({ file, name }) =>
      folders.some((folder) => file.startsWith(`agent/${folder}`)) &&
      (words.length === 0 || words.some((word) => file.includes(word) || name.includes(word))),
  )
  const tree = mkdtempSync(join(tmpdir(), 'peerfence-simulated-'))
  let found = 0
  try {
    cpSync(join(root, 'build'), join(tree, 'build'), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
    for (const mutant of wanted) {
      const law = await brokenLaw(tree, mutant, fences)
      if (law !== undefined) found += 1
      print(`${mutant.file} | ${mutant.name} | ${law ?? 'not noticed'}`)
    }
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
  print(`${wanted.length} mutants, ${found} noticed`)
  return found === wanted.length ? 0 : 1
}

const brokenLaw = async (
  tree: string,
  mutant: Mutant,
  fences: number,
): Promise<string | undefined> => {
  const compiled = join(tree, 'build', mutant.file.replace(/\.ts$/, '.js'))
  const sound = readFileSync(compiled, 'utf8')
  const source = applied(mutant, readFileSync(join(root, mutant.file), 'utf8'))
  const { code } = transformSync(source, { loader: 'ts', format: 'esm', target: 'es2023' })
  writeFileSync(compiled, code.replaceAll(/(from\s+["'][^"']*)\.ts(["'])/g, '$1.js$2'))
  try {
    return await lawIn(join(tree, 'build/test/simulation/main.js'), fences)
  } finally {
    writeFileSync(compiled, sound)
  }
}

const lawIn = async (main: string, fences: number): Promise<string | undefined> =>
  await new Promise((resolve) => {
    const args = [main, '--brief', '--fences', String(fences), '--seed', '1']
    execFile(process.execPath, args, { timeout: limitMs }, (error, stdout) => {
      const [, law] = /^world \d+: ([a-z-]+):/m.exec(stdout) ?? []
      if (error === null) resolve(undefined)
      else resolve(law ?? 'it does not end')
    })
  })
