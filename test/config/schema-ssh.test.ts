import { test } from 'tap'
import { sshSchema } from '../../agent/config/schema-ssh.ts'

test('the shortest connect window holds three SYNs', async (t) => {
  // Linux sends them at 0, 1 and 3 s.
  const { connectWindowMs } = sshSchema.properties
  const [minimum, normal]: readonly number[] = [connectWindowMs.minimum, connectWindowMs.default]
  t.ok(minimum !== undefined && minimum > 3000)
  t.ok(normal !== undefined && minimum !== undefined && normal > minimum)
})
