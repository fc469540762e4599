/**
 * Tries every mutant whose name or file holds one of the given words: all without any. First the
 * tests have to pass on the sound program, or a failure would say nothing. Exit 1 if one survives.
 */
import { mutants } from './list.ts'
import type { Mutant } from './mutant.ts'
import { plantTree } from './tree.ts'
import type { Tree } from './tree.ts'

const treesMax = 2
const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const words = process.argv.slice(2)
const isWanted = ({ name, file }: Mutant): boolean =>
  words.length === 0 || words.some((word) => name.includes(word) || file.includes(word))

/** The first test that notices; undefined where none does. */
const noticedBy = async (tree: Tree, tests: readonly string[]): Promise<string | undefined> => {
  for (const test of tests) if (!(await tree.passes(test))) return test
  return undefined
}

const tryMutant = async (tree: Tree, mutant: Mutant): Promise<boolean> =>
  await tree.broken(mutant, async () => {
    const fitsTypes = await tree.build()
    const test = await noticedBy(tree, mutant.tests)
    const how = test ?? (fitsTypes ? 'NOBODY' : 'the compiler alone')
    print(`${mutant.file} | ${mutant.name} | ${how}`)
    return test !== undefined || !fitsTypes
  })

const inParallel = async <T>(items: readonly T[], work: (tree: Tree, item: T) => Promise<void>) => {
  const queue = [...items]
  const trees = Array.from({ length: Math.min(treesMax, queue.length) }, plantTree)
  try {
    await Promise.all(
      trees.map(async (tree) => {
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
          await work(tree, item)
        }
      }),
    )
  } finally {
    for (const tree of trees) tree.remove()
  }
}

const wanted = mutants.filter(isWanted)
const survivors: Mutant[] = []
const unsound: string[] = []
await inParallel([...new Set(wanted.flatMap(({ tests }) => tests))], async (tree, test) => {
  if (!(await tree.build()) || !(await tree.passes(test))) unsound.push(test)
})
if (unsound.length > 0) {
  print(`not even the sound program passes: ${unsound.join(', ')}`)
  process.exit(1)
}
await inParallel(wanted, async (tree, mutant) => {
  if (!(await tryMutant(tree, mutant))) survivors.push(mutant)
})
print(
  `${wanted.length} mutants, ${wanted.length - survivors.length} caught, ${survivors.length} survived`,
)
process.exit(wanted.length > 0 && survivors.length === 0 ? 0 : 1)
