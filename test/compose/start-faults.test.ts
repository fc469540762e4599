import { join } from 'node:path'
import { test } from 'tap'
import { mayWrite, startFaults } from '../../agent/compose/start-faults.ts'
import { parseConfig } from '../../agent/config/load.ts'

const faultsOf = async (value: object) => {
  const parsed = parseConfig(value, {})
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults))
  return await startFaults(parsed.config)
}

test('every file, address and folder that a start needs is looked at, and all is told at once', async (t) => {
  const folder = t.testdir({ 'a-file': '', deeper: {} })
  const journal = { file: join(folder, 'deeper', 'and', 'deeper', 'j.jsonl') }
  t.strictSame(await faultsOf({ journal }), [], 'a folder that is missing is made')
  const tls = { certificateFile: '/nowhere/c', keyFile: '/nowhere/k' }
  const faults = await faultsOf({
    journal: { file: folder },
    ssh: { identityFiles: ['/nowhere/a'], logins: [{ hosts: ['h'], passwordFile: '/nowhere/p' }] },
    http: {
      listeners: [
        { at: '127.0.0.1:0', tokensFile: '/nowhere/t' },
        { at: '192.0.2.77:7171', tls, tokensFile: '/nowhere/t' },
        { at: 'unix:/run/x', tokensFile: join(folder, 'a-file') },
      ],
    },
    neighbours: {
      agents: [
        { url: 'https://kvm-2:7171', tokenFile: '/nowhere/t' },
        { url: 'https://kvm-3:7171', caFile: '/nowhere/ca', tokenFile: '/nowhere/t' },
      ],
    },
  })
  t.match(faults, [
    { path: '/ssh/identityFiles/0', rule: '/nowhere/a cannot be read (ENOENT)' },
    { path: '/ssh/logins/0/passwordFile', rule: '/nowhere/p cannot be read (ENOENT)' },
    { path: '/http/listeners/0/tokensFile', rule: '/nowhere/t cannot be read (ENOENT)' },
    {
      path: '/http/listeners/1/tls/certificateFile',
      rule: '/nowhere/c cannot be read (ENOENT)',
    },
    { path: '/http/listeners/1/at', rule: /no address of this host now \(EADDRNOTAVAIL\)/ },
    { path: '/http/listeners/2/tokensFile' },
    { path: '/neighbours/agents/0/tokenFile', rule: '/nowhere/t cannot be read (ENOENT)' },
    { path: '/neighbours/agents/1/caFile', rule: '/nowhere/ca cannot be read (ENOENT)' },
    { path: '/journal/file', rule: `${folder} has to be a regular file` },
  ])
})

test('a journal below what is no folder, or in one that takes nothing, is a fault', async (t) => {
  const folder = t.testdir({ 'a-file': '' })
  t.match(await faultsOf({ journal: { file: join(folder, 'a-file', 'j') } }), [
    { path: '/journal/file', rule: /a-file\/j cannot be written \(ENOTDIR\)/ },
  ])
  const rules = (await faultsOf({ journal: { file: '/proc/sys/none' } })).map(({ rule }) => rule)
  t.match(rules, [/^\/proc\/sys /])
})

test('who may write is said by user, group and mode', async (t) => {
  const rows = [
    [{ uid: 5, gid: 6, mode: 0o700 }, { user: 5, group: 6 }, true],
    [{ uid: 5, gid: 6, mode: 0o577 }, { user: 5, group: 6 }, false],
    [{ uid: 1, gid: 6, mode: 0o070 }, { user: 5, group: 6 }, true],
    [{ uid: 1, gid: 6, mode: 0o707 }, { user: 5, group: 6 }, false],
    [{ uid: 1, gid: 1, mode: 0o002 }, { user: 5, group: 6 }, true],
    [{ uid: 1, gid: 1, mode: 0o770 }, { user: 5, group: 6 }, false],
    [{ uid: 1, gid: 1, mode: 0 }, { user: 0, group: 0 }, true],
  ] as const
  for (const [found, owner, may] of rows) t.equal(mayWrite(found, owner), may)
})
