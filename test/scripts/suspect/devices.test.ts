/** Block devices and what they are stacked on, as the suspect's program reads made-up files. */
import { test } from 'tap'
import { playRows } from '../../fixtures/servers/program-part.ts'
import type { PartRow, Tree } from '../../fixtures/servers/program-part.ts'

const stat = (inFlight: number): string => `1 0 0 0 5 0 0 0 ${inFlight} 0 0\n`
const disk = (inflight: string, inFlight = 0, iostats = '1\n'): Tree => ({
  sys: { dev: { block: { '8:0': { queue: { iostats }, inflight, stat: stat(inFlight) } } } },
})
const generic = (asked: string, answered: string): Tree => ({
  sys: {
    class: { scsi_generic: { sg0: { device: { iorequest_cnt: asked, iodone_cnt: answered } } } },
  },
})

const look = (device: string): string =>
  `round=1; look_at_device "$SYS/${device}"; show device_now device_done`
const states: readonly PartRow[] = [
  [
    'a disk without anything in flight rests',
    disk('0 0\n'),
    look('dev/block/8:0'),
    'device_now=rests\ndevice_done=5',
  ],
  [
    'reads in flight change nothing on it',
    disk('2 0\n', 2),
    look('dev/block/8:0'),
    'device_now=rests\ndevice_done=5',
  ],
  [
    'a write in flight keeps it busy',
    disk('0 1\n', 1),
    look('dev/block/8:0'),
    'device_now=busy\ndevice_done=5',
  ],
  [
    'what waits for the driver is in one of the two counts alone',
    disk('2 0\n', 3),
    look('dev/block/8:0'),
    'device_now=busy\ndevice_done=5',
  ],
  ['half a file is no rest', disk('0\n'), look('dev/block/8:0'), 'device_now=busy\ndevice_done=5'],
  [
    'counts that are switched off show nothing',
    disk('0 0\n', 0, '0\n'),
    look('dev/block/8:0'),
    'device_now=uncounted\ndevice_done=',
  ],
  [
    'a disk that has gone shows nothing',
    { sys: {} },
    look('dev/block/8:0'),
    'device_now=uncounted\ndevice_done=',
  ],
  [
    'compressed memory is no storage',
    { sys: {} },
    look('block/zram0'),
    'device_now=memory\ndevice_done=',
  ],
  [
    'a SCSI device rests once all that was asked is answered',
    generic('0x1f\n', '0x1f\n'),
    look('class/scsi_generic/sg0/device'),
    'device_now=rests\ndevice_done=0x1f',
  ],
  [
    'a SCSI device with a command on its way does not',
    generic('0x20\n', '0x1f\n'),
    look('class/scsi_generic/sg0/device'),
    'device_now=busy\ndevice_done=0x1f',
  ],
  [
    'counts of a SCSI device that are no numbers show nothing, equal or not',
    generic('\n', '\n'),
    look('class/scsi_generic/sg0/device'),
    'device_now=uncounted\ndevice_done=',
  ],
]

test('whether a device rests', (t) => {
  playRows(t, states)
})

/** Layers by their number; `top` is the first of them. */
const layers = (blocks: object, more: object = {}): Tree =>
  ({
    sys: { class: { block: { top: { dev: '7:0\n' } } }, dev: { block: blocks } },
    ...more,
  }) as Tree
const named = (name: string): string => `MAJOR=7\nDEVNAME=${name}\n`
const walk = 'list_stack "$SYS/class/block/top"; show stack_caches stack_servers stack_whole'
const loops = 'list_stack "$SYS/class/block/top"; show stack_loops stack_whole'
const below = 'list_stack "$SYS/class/block/top"; show stack stack_whole'
const one = (layer: object, more: object = {}): Tree => layers({ '7:0': layer }, more)
const seen = (caches: string, servers: string): string =>
  `stack_caches=${caches}\nstack_servers=${servers}\nstack_whole=1`
const drbd = (protocol: string): object => ({
  proc: { drbd: `version: 8.4\n 0: cs:Connected ro:Primary/Secondary ${protocol} r-----\n` },
})
const stacks: readonly PartRow[] = [
  ['a plain disk is one layer', one({ uevent: named('sda') }), walk, seen('', '')],
  [
    'a device whose number the kernel does not list was not seen to its end',
    layers({}),
    walk,
    'stack_caches=\nstack_servers=\nstack_whole=0',
  ],
  [
    'a partition has its disk below it',
    // In sysfs the folder of a partition lies in that of its disk.
    layers({ dev: '8:0\n', '7:0': { partition: '1\n' }, '8:0': {} }),
    below,
    'stack=dev/block/7:0|dev/block/8:0\nstack_whole=1',
  ],
  [
    'a mapped device has all that it is made of below it, each once',
    layers({
      '7:0': { slaves: { a: { dev: '8:0\n' }, b: { dev: '8:16\n' }, c: { dev: '8:0\n' } } },
      '8:0': {},
      '8:16': {},
    }),
    below,
    'stack=dev/block/7:0|dev/block/8:0|dev/block/8:16\nstack_whole=1',
  ],
  [
    'what it is made of and cannot be read is no end',
    layers({ '7:0': { slaves: { a: {} } } }),
    below,
    'stack=dev/block/7:0\nstack_whole=0',
  ],
  [
    'a loop device past the page cache says so',
    one({ uevent: named('loop0'), loop: { backing_file: '/a b.img\n', dio: '1\n' } }),
    loops,
    'stack_loops=1 /a b.img\nstack_whole=1',
  ],
  [
    'a loop device that does not say goes through it',
    one({ uevent: named('loop0'), loop: { backing_file: '/a.img\n' } }),
    loops,
    'stack_loops=0 /a.img\nstack_whole=1',
  ],
  [
    'an nbd device has the program that serves it',
    one({ uevent: named('nbd0'), pid: '77\n' }),
    walk,
    seen('', '77'),
  ],
  [
    'an nbd device that tells nobody has a server all the same',
    one({ uevent: named('nbd0') }),
    walk,
    seen('', '-'),
  ],
  ['so has one of ublk', one({ uevent: named('ublkb0') }), walk, seen('', '-')],
  [
    'DRBD by protocol C is done when both hosts are',
    one({ uevent: named('drbd0') }, drbd('C')),
    walk,
    seen('', ''),
  ],
  [
    'DRBD by protocol A is done before',
    one({ uevent: named('drbd0') }, drbd('A')),
    walk,
    seen('drbd', ''),
  ],
  [
    'of another DRBD nothing follows',
    one({ uevent: named('drbd1') }, drbd('C')),
    walk,
    seen('drbd', ''),
  ],
  ['DRBD that says nothing is a cache', one({ uevent: named('drbd0') }), walk, seen('drbd', '')],
  [
    'bcache in write-through keeps nothing',
    one({
      uevent: named('bcache0'),
      bcache: { cache_mode: '[writethrough] writeback writearound none\n' },
    }),
    walk,
    seen('', ''),
  ],
  [
    'bcache in write-back keeps writes',
    one({
      uevent: named('bcache0'),
      bcache: { cache_mode: 'writethrough [writeback] writearound none\n' },
    }),
    walk,
    seen('bcache', ''),
  ],
  ['bcache that does not say may', one({ uevent: named('bcache0') }), walk, seen('bcache', '')],
  [
    'a cache of LVM is told by its name',
    one({ uevent: named('dm-3'), dm: { name: 'vg-lv_corig\n' } }),
    walk,
    seen('dm-cache', ''),
  ],
  [
    'another mapped device is none',
    one({ uevent: named('dm-3'), dm: { name: 'vg-lv\n' } }),
    walk,
    seen('', ''),
  ],
]

test('what a device is stacked on', (t) => {
  playRows(t, stacks)
})

const two = (first: string, second: string): Tree => ({
  sys: {
    dev: {
      block: {
        '8:0': { queue: { iostats: '1\n' }, inflight: first, stat: stat(0) },
        '8:16': { queue: { iostats: '1\n' }, inflight: second, stat: stat(0) },
      },
    },
  },
})
const own = 'vm_told[v]=own; vm_devices[v]="dev/block/8:0 dev/block/8:16"; round=1; watch_devices v'
const watched = 'show watch_busy watch_hung watch_uncounted'
const watches: readonly PartRow[] = [
  [
    'all that rest are waited for no more',
    two('0 0\n', '0 0\n'),
    `${own}; ${watched}`,
    'watch_busy=0\nwatch_hung=0\nwatch_uncounted=0',
  ],
  [
    'one that does not move hangs',
    two('0 0\n', '0 1\n'),
    `${own}; ${watched}`,
    'watch_busy=1\nwatch_hung=1\nwatch_uncounted=0',
  ],
  [
    'one that was seen at rest has nothing of the VM any more',
    two('0 0\n', '0 1\n'),
    `${own}; echo '0 4' >"$SYS/dev/block/8:0/inflight"; round=2; watch_devices v; ${watched}`,
    'watch_busy=1\nwatch_hung=1\nwatch_uncounted=0',
  ],
  [
    'one that completes writes is busy and does not hang',
    two('0 0\n', '0 1\n'),
    `${own}; echo '1 0 0 0 9 0 0 0 0 0 0' >"$SYS/dev/block/8:16/stat"; round=2; watch_devices v; ${watched}`,
    'watch_busy=1\nwatch_hung=0\nwatch_uncounted=0',
  ],
  [
    'of none at all it is not true that they rest',
    { sys: {} },
    `vm_told[v]=all; round=1; watch_devices v; ${watched}`,
    'watch_busy=-1\nwatch_hung=0\nwatch_uncounted=0',
  ],
]

test('devices are watched until each was seen at rest', (t) => {
  playRows(t, watches)
})
