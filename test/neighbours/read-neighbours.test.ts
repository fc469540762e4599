import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { ownOwner } from '../../agent/base/file/secret-file.ts'
import { composeWayRound } from '../../agent/compose/way-round.ts'
import { readNeighbours } from '../../agent/neighbours/read-neighbours.ts'

test('what the files of a neighbour hold is what it is shown', async (t) => {
  const directory = t.testdir({ ca: 'CA', cert: 'CERT', key: 'KEY\n', token: 'TOKEN\n' })
  for (const one of ['key', 'token']) chmodSync(join(directory, one), 0o600)
  const at = (name: string): string => join(directory, name)
  const url = 'https://kvm-2:7171'
  const files = {
    caFile: at('ca'),
    certificateFile: at('cert'),
    keyFile: at('key'),
    tokenFile: at('token'),
  }
  t.match(await readNeighbours([{ url, domain: 'rack', ...files }, { url }], ownOwner()), [
    {
      peer: { name: url, domain: 'rack', at: { host: 'kvm-2', port: 7171, isTls: true } },
      credentials: { ca: 'CA', certificate: 'CERT', key: 'KEY', token: 'TOKEN' },
    },
    { credentials: {} },
  ])
  const rejects = async (file: object, words: RegExp): Promise<void> => {
    await t.rejects(readNeighbours([{ url, ...file }], ownOwner()), { message: words })
  }
  await rejects({ caFile: at('none') }, /^\/neighbours\/agents\/0\/caFile: /)
  chmodSync(at('token'), 0o644)
  await rejects({ tokenFile: at('token') }, /\/0\/tokenFile: .* must be closed/)
  await rejects({ url: 'ftp://x' }, /\/0\/url: names no agent/)
})

test('without neighbours nobody is asked', async (t) => {
  const none = { agents: [], ask: 2, ownPercent: 25 }
  t.equal(await composeWayRound({ neighbours: none }, 'a'), undefined)
  const some = { ...none, agents: [{ url: 'https://kvm-2:7171' }] }
  t.match(await composeWayRound({ neighbours: some }, 'a'), { ownShare: 0.25 })
})
