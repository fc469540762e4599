// runs in a process of its own: it changes the user of the process
import { userInfo } from 'node:os'
import { test } from 'tap'
import { whoAsks } from '../../agent/cli/operator-name.ts'

test('behind sudo it is whoever called it, and nothing that breaks a line', async (t) => {
  t.equal(whoAsks({ env: { SUDO_USER: 'ann\n\u001b' } }), 'ann??')
  t.equal(whoAsks({ env: { SUDO_USER: 'a'.repeat(99) } }).length, 64)
  t.equal(whoAsks({ env: {} }), userInfo().username)
  t.equal(whoAsks({ env: { SUDO_USER: '' } }), userInfo().username)
})

test('a user without a name', { skip: process.geteuid?.() !== 0 }, async (t) => {
  process.seteuid?.(54_321)
  const name = whoAsks({ env: {} })
  process.seteuid?.(0)
  t.equal(name, 'somebody')
})
