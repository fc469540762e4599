import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { mayWrite, readinessChecks } from '../../agent/compose/readiness.ts'
import type { MayWrite } from '../../agent/compose/readiness.ts'
import { parseConfig } from '../../agent/config/load.ts'

const missingOf = async (ssh: object, faults: readonly string[] = [], may?: MayWrite) => {
  const loaded = parseConfig({ ssh }, {})
  if (loaded.kind === 'faulty') throw new Error(JSON.stringify(loaded.faults))
  const journal = { faults: async () => await Promise.resolve(faults) }
  const checks = readinessChecks(loaded.config, journal, may)
  return (await Promise.all(checks.map(async (check) => await check()))).flat()
}

test('what a fence needs is there', async (t) => {
  const folder = t.testdir({})
  t.same(await missingOf({ knownHostsFile: join(folder, 'known_hosts') }), [])
  t.same(await missingOf({ knownHostsFile: join(folder, 'new', 'known_hosts') }), [])
})

test('what is missing is named by its place in the configuration', async (t) => {
  const folder = t.testdir({})
  const key = join(folder, 'key')
  writeFileSync(key, 'no key', { mode: 0o600 })
  const knownHostsFile = join(folder, 'known_hosts')
  t.match(await missingOf({ knownHostsFile, identityFiles: [join(folder, 'gone')] }), [
    /^\/ssh\/identityFiles\/0: .* cannot be read \(ENOENT\)$/,
  ])
  t.match(await missingOf({ knownHostsFile, identityFiles: [key] }), [/^\/ssh\/identityFiles\/0: /])
  t.same(await missingOf({ knownHostsFile }, ['/journal/file: x']), ['/journal/file: x'])
  const unreadable = ['/ssh/knownHostsFile: is there and cannot be read']
  t.same(await missingOf({ knownHostsFile: folder }), unreadable)
  t.same(await missingOf({ knownHostsFile: join(key, 'known_hosts') }), unreadable)
})

test('a folder that is closed to us, or to which there is no way', async (t) => {
  const knownHostsFile = join(t.testdir({}), 'new', 'known_hosts')
  const closed = ['/ssh/knownHostsFile: its folder cannot be written']
  const no: MayWrite = async () => await Promise.resolve('no')
  const absent: MayWrite = async () => await Promise.resolve('absent')
  t.same(await missingOf({ knownHostsFile }, [], no), closed)
  t.same(await missingOf({ knownHostsFile }, [], absent), closed)
  t.same(await missingOf({ knownHostsFile, hostKeyPolicy: 'strict' }, [], no), [])
  t.same(await missingOf({ knownHostsFile: '/nonexistent/a/b/known_hosts' }), closed)
  const folder = t.testdir({ file: '' })
  const ways = ['.', 'gone', 'file/below'].map(async (way) => await mayWrite(join(folder, way)))
  t.same(await Promise.all(ways), ['yes', 'absent', 'no'])
})
