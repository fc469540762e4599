import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { mutants } from './list.ts'
import { applied, root } from './tree.ts'

test('every mutant still breaks what it says, and names tests that exist', async (t) => {
  t.ok(mutants.length >= 30)
  for (const mutant of mutants) {
    const sound = readFileSync(join(root, mutant.file), 'utf8')
    t.not(applied(mutant, sound), sound, mutant.name)
    for (const name of mutant.tests) {
      t.ok(existsSync(join(root, 'test', `${name}.test.ts`)), `${mutant.name}: ${name}`)
    }
  }
  const names = mutants.map(({ name }) => name)
  t.equal(new Set(names).size, names.length, 'one name each')
})

test('a mutant whose text has gone is an error', async (t) => {
  const mutant = { name: 'n', file: 'f', find: 'a', replace: 'b', tests: [] }
  t.equal(applied(mutant, 'xax'), 'xbx')
  t.throws(() => applied(mutant, 'x'), /f holds the text of the mutant "n" 0 times/)
  t.throws(() => applied(mutant, 'aa'), /2 times/)
})
