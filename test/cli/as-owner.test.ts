import { chownSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { asOwnerOf } from '../../agent/cli/as-owner.ts'

const isRoot = process.getuid?.() === 0

test('whoever is not asked to change stays who they are', async (t) => {
  const folder = t.testdir({})
  for (const where of [folder, join(folder, 'none')]) {
    t.equal(await asOwnerOf(where, () => Promise.resolve(process.geteuid?.())), process.geteuid?.())
  }
})

test(
  'root writes as the owner of the folder, and is root again',
  { skip: !isRoot && 'needs root' },
  async (t) => {
    const folder = t.testdir({ theirs: {}, ours: {} })
    chownSync(join(folder, 'theirs'), 12_345, 12_346)
    const write = async (where: string): Promise<void> => {
      writeFileSync(join(folder, where, 'file'), '')
      await Promise.resolve()
    }
    await asOwnerOf(join(folder, 'theirs'), () => write('theirs'))
    t.match(statSync(join(folder, 'theirs', 'file')), { uid: 12_345, gid: 12_346 })
    await t.rejects(
      asOwnerOf(join(folder, 'theirs'), () => write('ours')),
      { code: 'EACCES' },
    )
    t.notOk(existsSync(join(folder, 'ours', 'file')))
    t.equal(process.geteuid?.(), 0)
    t.equal(process.getegid?.(), 0)
  },
)
