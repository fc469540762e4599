import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { dropInFolderOf, readSources } from '../../agent/config/sources.ts'

test('drop-ins come in the order of their names, and nothing else of their folder counts', async (t) => {
  const folder = t.testdir({
    'peerfence.json': '{"n":0}',
    'peerfence.d': {
      '20-b.json': '{"n":2}',
      '10-a.json': '{"n":1}',
      'B.json': '{"n":3}',
      'x.json.rpmnew': 'broken',
      '.hidden.json': 'broken',
      README: 'broken',
    },
  })
  const file = join(folder, 'peerfence.json')
  t.equal(dropInFolderOf(file), join(folder, 'peerfence.d'))
  t.equal(dropInFolderOf('/x/conf'), '/x/conf.d')
  const { sources, faults } = await readSources(file)
  t.strictSame(faults, [])
  t.strictSame(
    sources.map(({ value }) => value),
    [0, 1, 2, 3].map((n) => ({ n })),
  )
})

test('what cannot be read, or may be written by everybody, is a fault at its place', async (t) => {
  const folder = t.testdir({ 'c.json': '{}', 'c.d': { 'a.json': '{}', 'b.json': '{' } })
  const [file, dropIns] = [join(folder, 'c.json'), join(folder, 'c.d')]
  chmodSync(join(dropIns, 'a.json'), 0o602)
  mkdirSync(join(dropIns, 'c.json'))
  writeFileSync(join(dropIns, 'd.json'), ' '.repeat(262_145))
  const { faults } = await readSources(file)
  t.match(faults, [
    { rule: /writable for everybody/, place: { file: join(dropIns, 'a.json') } },
    { rule: /grammar|quotes/, place: { file: join(dropIns, 'b.json'), line: 1, column: 2 } },
    { rule: 'cannot be read (EISDIR)', place: { file: join(dropIns, 'c.json') } },
    { rule: /longer than 262144 bytes/, place: { file: join(dropIns, 'd.json') } },
  ])
  chmodSync(dropIns, 0o777)
  t.match((await readSources(file)).faults, [{ rule: /everybody/, place: { file: dropIns } }])
  rmSync(dropIns, { recursive: true })
  writeFileSync(dropIns, '')
  t.match((await readSources(file)).faults, [
    { rule: 'cannot be read (ENOTDIR)', place: { file: dropIns } },
  ])
  t.match((await readSources(join(folder, 'none.json'))).faults, [{ rule: 'is not there' }])
})

test('there are at most 256 drop-ins', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`${n}.json`, '{}']))
  const folder = t.testdir({ 'c.json': '{}', 'c.d': files })
  t.match((await readSources(join(folder, 'c.json'))).faults, [{ rule: /more than 256/ }])
})
