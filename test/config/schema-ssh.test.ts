import { test } from 'tap'
import { sshSchema } from '../../agent/config/schema-ssh.ts'

test('every word of a login says what it is, in which unit, and what it costs', async (t) => {
  const { items } = sshSchema.properties.logins
  t.equal(items.additionalProperties, false)
  for (const [name, word] of Object.entries(items.properties)) {
    t.match(word, { description: /\.$/, 'x-unit': /./, 'x-cost': /\.$/ }, name)
  }
})

test('a login offers no more keys than sshd listens to, and has two turns left', async (t) => {
  // MaxAuthTries is 6 by default; the password takes two of them.
  const { identityFiles, logins } = sshSchema.properties
  t.equal(identityFiles.maxItems, 4)
  t.equal(logins.items.properties.identityFiles.maxItems, 4)
})

test('the shortest connect window holds three SYNs', async (t) => {
  // Linux sends them at 0, 1 and 3 s.
  const { connectWindowMs } = sshSchema.properties
  const [minimum, normal]: readonly number[] = [connectWindowMs.minimum, connectWindowMs.default]
  t.ok(minimum !== undefined && minimum > 3000)
  t.ok(normal !== undefined && minimum !== undefined && normal > minimum)
})
