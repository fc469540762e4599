import { test } from 'tap'
import { call } from '../../fixtures/worlds/command-line.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'

const monitor = async (via: string, lines = '') =>
  await call(['fence-agent'], { typed: `action=monitor\nip=192.0.2.7\nvia=${via}\n${lines}` })

test('as many peers are ready as have to agree', async (t) => {
  const one = await openSocketServer(t)
  const sick = await openSocketServer(t, {
    missing: async () => await Promise.resolve(['the journal cannot be written']),
  })
  const [ready, not] = [`unix:${one.socket}`, `unix:${sick.socket}`]
  t.match(await monitor(ready), { code: 0, err: '' })
  t.match(await monitor(not), { code: 1, err: /not ready \(503\): .*journal cannot be written/ })
  t.match(await monitor('unix:/none'), { code: 1, err: /unix:\/none: no answer/ })
  t.match(await monitor(`${not},${ready}`), { code: 0, err: /not ready/ }, 'one is enough')
  t.match(await monitor(`${not},${ready}`, 'quorum=2'), { code: 1, err: /it could not fence/ })
  t.same(one.calls.length + one.looked.length, 0, 'and no host was asked')
})
