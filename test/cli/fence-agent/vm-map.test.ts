import { test } from 'tap'
import { parseVmMap, resolveVm } from '../../../agent/cli/fence-agent/vm-map.ts'

const a = '11111111222243338444555555555555'
const dashed = '11111111-2222-4333-8444-555555555555'
const b = 'aaaaaaaaBBBB4CCC8ddd000000000000'

test('names and uuids in the form of pcmk_host_map', async (t) => {
  t.same(parseVmMap(`web:${a}; db=${b}`), [
    { name: 'web', uuid: a },
    { name: 'db', uuid: b },
  ])
  t.same(parseVmMap(`${dashed}:${a}`), [{ name: dashed, uuid: a }], 'a name may be its own uuid')
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /has to be/],
    ['web', /has to be/],
    ['web:1', /has to be/],
    [`web:${'-'.repeat(34)}`, /has to be/],
    [`web:${a};`.repeat(2), /one VM twice/],
    [`web:${a};db:${dashed}`, /one VM twice/],
    [`web:${a};web:${b}`, /one VM twice/],
    [`${b}:${a}`, /one VM twice/],
    [`${dashed}:${b}`, /one VM twice/],
    [Array.from({ length: 257 }, (_, n) => `v${n}:${a}`).join(';'), /at most 256/],
  ]
  for (const [text, fault] of rows) t.match(parseVmMap(text), fault, text.slice(0, 90))
})

test('which VM is meant', async (t) => {
  const vms = parseVmMap(`web:${a};db:${b}`)
  if (typeof vms === 'string') throw new Error(vms)
  t.equal(resolveVm('web', vms), a)
  t.equal(resolveVm(dashed, vms), a, 'by its uuid, in either form')
  t.equal(resolveVm('WEB', vms), undefined)
  t.equal(resolveVm(b.replace('aaaaaaaa', 'bbbbbbbb'), vms), undefined, 'no other VM')
  t.equal(resolveVm('', vms), undefined)
  t.equal(resolveVm(dashed, undefined), dashed)
  t.equal(resolveVm('web', undefined), undefined)
})
