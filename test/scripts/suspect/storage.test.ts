/** What the suspect's program tells of a VM's storage, on real files of this machine. */
import { spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import type { VmReport } from '../../../agent/domain/evidence.ts'
import { endStandIn, newVm, programText, reportOf } from '../../fixtures/servers/local-program.ts'
import type { Change } from '../../fixtures/servers/local-program.ts'

const because = (report: VmReport): string => decide({ kind: 'report', report }).because

/** Whatever this machine keeps its files on counts as shared. */
const shared = { sharedFileSystems: ['ext4', 'xfs', 'btrfs', 'overlay'] }

/** A stand-in of a VM that has a file open with these flags, fenced. */
const fenceWith = async (
  t: Test,
  flags: number,
  change: Change = {},
  text = programText,
): Promise<VmReport> => {
  const vm = newVm()
  const file = openSync(join(t.testdir({ image: '' }), 'image'), flags)
  const idle = 'process.stdout.write("up"); setInterval(() => undefined, 1000)'
  const child = spawn(process.execPath, ['-e', idle, '--', '-uuid', vm], {
    argv0: 'qemu-kvm',
    stdio: ['ignore', 'pipe', 'ignore', file],
  })
  closeSync(file)
  t.teardown(async () => {
    await endStandIn(child)
  })
  await once(child.stdout ?? child, 'data')
  return await reportOf(vm, { ...shared, ...change }, text)
}

const { O_RDONLY, O_RDWR, O_WRONLY, O_APPEND, O_DIRECT, O_DSYNC, O_SYNC } = constants

test('a file that is open through the page cache may leave something in it', async (t) => {
  const report = await fenceWith(t, O_RDWR)
  t.equal(because(report), 'destroyed', 'which is told')
  t.equal(report.storage.pageCache, 'may-hold-dirty')
  t.equal(report.storage.fileSystems.length, 1)
  t.not(report.storage.kind, 'none')
})

test('the same, refused', async (t) => {
  const report = await fenceWith(t, O_RDWR, { pageCache: 'refuse' })
  t.equal(because(report), 'page-cache-dirty')
  t.match(report.qemus, [{ kill: 'sent', end: { kind: 'gone' } }], 'and killed')
})

test('the same, flushed', async (t) => {
  const report = await fenceWith(t, O_RDWR, { pageCache: 'flush', budgetMs: 20_000 })
  t.equal(report.storage.pageCache, 'flushed')
  t.equal(because(report), 'destroyed')
})

test('a flush for which there is no program has not happened', async (t) => {
  const text = programText.replaceAll('sync -f', 'no-such-sync -f')
  const change = { ...shared, pageCache: 'flush', budgetMs: 3_000 } as const
  const report = await reportOf(newVm(), change, text)
  t.equal(report.storage.pageCache, 'not-flushed')
  t.equal(because(report), 'page-cache-dirty')
})

const clean: readonly (readonly [string, number])[] = [
  ['O_DIRECT', O_RDWR | O_DIRECT],
  ['O_DSYNC', O_RDWR | O_DSYNC],
  ['O_SYNC', O_RDWR | O_SYNC],
  ['for reading', O_RDONLY],
  ['as a log', O_WRONLY | O_APPEND],
]
for (const [how, flags] of clean) {
  test(`a file that is open ${how} leaves nothing in the page cache`, async (t) => {
    const report = await fenceWith(t, flags, { pageCache: 'refuse' })
    t.equal(report.storage.pageCache, 'none')
    t.equal(because(report), 'destroyed')
  })
}

test('a file on storage of this host alone leaves nothing for others', async (t) => {
  const report = await fenceWith(t, O_RDWR, { pageCache: 'refuse', sharedFileSystems: [] })
  t.equal(report.storage.pageCache, 'none')
})

test('at the storage of a VM that was gone before us nobody has looked', async (t) => {
  const report = await reportOf(newVm(), { ...shared, pageCache: 'refuse' })
  t.match(report.storage, { kind: 'not-looked', pageCache: 'not-looked' })
  t.match(report.io, { uring: 'not-looked', sockets: 'not-looked' })
  t.equal(report.helpers.state, 'not-looked')
  t.equal(because(report), 'page-cache-dirty')
})

test('a VM whose descriptors could not all be read may have held anything', async (t) => {
  const text = programText.replace('&& fd_whole=1', '&& fd_whole=0')
  t.not(text, programText)
  const local = { sharedFileSystems: [] }
  for (const pageCache of ['refuse', 'flush'] as const) {
    const report = await fenceWith(t, O_RDWR, { ...local, pageCache }, text)
    t.equal(report.storage.pageCache, pageCache === 'flush' ? 'not-flushed' : 'not-known')
    t.match(report, { io: { sockets: 'not-known' }, helpers: { state: 'not-known' } })
    t.equal(because(report), 'io-in-flight')
  }
})

test('a ring of io_uring that the kernel still takes down is in flight', async (t) => {
  const worker = (name: string, wchan: string): string => {
    const proc = t.testdir({ 77: { comm: `${name}\n`, wchan } })
    // The workers of the kernel are the one thing here that no process can stand in for.
    const faked = programText.replace(
      /(list_ring_workers\(\) \{[^}]*?)"\$PROC\/\[0-9\]\*"/s,
      `$1'${proc}/[0-9]*'`,
    )
    t.not(faked, programText)
    return faked
  }
  const ending = [worker('kworker/u8:2+iou_exit', '0'), worker('kworker/u8:2', 'io_ring_exit_work')]
  for (const text of ending) {
    const report = await reportOf(newVm(), { budgetMs: 3_000 }, text)
    t.equal(because(report), 'io-in-flight')
    t.match(report.io, { uring: 'not-looked', drained: 'ending' })
  }
  const resting = worker('kworker/u8:2-iou_exit', 'worker_thread')
  t.equal(because(await reportOf(newVm(), {}, resting)), 'already-gone')
})

test('a connection that it had opened is told from its sockets on this host', async (t) => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const connecting = `require('net').connect(${port}, '127.0.0.1', () => process.stdout.write('up'))`
  for (const [code, sockets] of [
    [connecting, 'sent'],
    ["process.stdout.write('up'); setInterval(() => undefined, 1000)", 'none'],
  ] as const) {
    const vm = newVm()
    // Its stdout is a unix socket in both cases.
    const child = spawn(process.execPath, ['-e', code, '--', '-uuid', vm], {
      argv0: 'qemu-kvm',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    t.teardown(async () => {
      await endStandIn(child)
    })
    await once(child.stdout, 'data')
    const report = await reportOf(vm)
    t.equal(report.io.sockets, sockets)
    t.equal(report.storage.kind === 'user-space', sockets === 'sent')
  }
})
