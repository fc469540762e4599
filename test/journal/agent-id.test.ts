import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { readAgentId } from '../../agent/journal/agent-id.ts'

test('made once, and the same from then on', async (t) => {
  const folder = t.testdir({})
  const [first, other] = await Promise.all([readAgentId(folder), readAgentId(folder)])
  t.match(first, { id: /^[0-9a-f-]{36}$/ })
  t.notOk('fault' in first)
  t.same(other, first, 'also of two that make it at once')
  t.same(await readAgentId(folder), first)
  t.equal(readFileSync(join(folder, 'agent-id'), 'utf8'), `${first.id}\n`)
  t.not((await readAgentId(t.testdir({ other: {} }))).id, first.id)
})

test('what is no id is left as it is, and the process has one of its own', async (t) => {
  const folder = t.testdir({ 'agent-id': 'torn' })
  t.match(await readAgentId(folder), { id: /^[0-9a-f-]{36}$/, fault: /agent-id holds no id/ })
  t.equal(readFileSync(join(folder, 'agent-id'), 'utf8'), 'torn')
  writeFileSync(join(folder, 'agent-id'), 'x'.repeat(2000))
  t.match(await readAgentId(folder), { fault: /longer than/ })
  t.match(await readAgentId('/proc/none'), { id: /^[0-9a-f-]{36}$/, fault: /ENOENT/ })
})
