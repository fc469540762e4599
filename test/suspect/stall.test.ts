/** The agent's own process is held up, while the suspect, a process of its own, is well. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { createFenceSession, reuseWindowMs } from '../../agent/suspect/fence-session.ts'
import { someVm } from '../fixtures/values/evidence.ts'
import { sessionOn } from '../fixtures/servers/open-session.ts'
import { createWallClock } from '../fixtures/worlds/wall-clock.ts'
import { namedHost } from '../fixtures/named-host.ts'

test('a suspect that answered while the agent was held up has been heard', async (t) => {
  const host = spawn(
    process.execPath,
    [fileURLToPath(new URL('../fixtures/servers/suspect-process.js', import.meta.url))],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.teardown(async () => {
    const gone = once(host, 'exit')
    host.kill()
    await gone
  })
  const [port] = (await once(host.stdout, 'data')) as [Buffer]
  const session = createFenceSession(
    await sessionOn(t, Number(port.toString())),
    { user: 'root', program: 'sent', by: '' },
    namedHost(),
    {
      programText: '# the program\n',
      own: { machineId: 'm', bootId: 'b' },
      holdMs: 500,
      pidNamespace: 'initial',
      pageCache: 'report',
      helpers: 'refuse',
      sharedFileSystems: [],
      quarantine: 'optional',
      quarantineSec: 0,
    },
    { clock: createWallClock(1) },
  )
  t.teardown(session.close)
  const batch = [{ vm: someVm, leftMs: () => 20_000 }]
  const never = new AbortController().signal
  const fence = async () => await session.fence(batch, never, () => undefined)
  await fence()
  const second = fence()
  // It has left; now nothing is done here for longer than the window of a session that was open
  // before.
  await new Promise((resolve) => setImmediate(resolve))
  const untilMs = performance.now() + reuseWindowMs + 500
  while (performance.now() < untilMs);
  t.match(await second, { evidence: { because: 'contact-lost' }, wasHeard: true })
})
