/** Programs that write for a VM, as the suspect's program finds them in made-up files. */
import { test } from 'tap'
import { playRows } from '../../fixtures/servers/program-part.ts'
import type { PartRow, Tree } from '../../fixtures/servers/program-part.ts'

const argv = (...words: readonly string[]): string => words.map((word) => `${word}\0`).join('')
const stat = (comm: string, state = 'S'): string =>
  `9 (${comm}) ${state} 1 7 7 0 -1 64 1 0 0 0 1 2 3 4 20 0 1 0 777 1 2\n`
const process9 = (comm: string, state = 'S', more: object = {}): object => ({
  comm: `${comm}\n`,
  stat: stat(comm, state),
  task: { 9: { stat: stat(comm, state) } },
  ...more,
})
const unix = (...lines: readonly string[]): string =>
  ['Num RefCount Protocol Flags Type St Inode Path', ...lines, ''].join('\n')
const connected = (inode: number, path: string): string =>
  `0: 00000003 00000000 00000000 0001 03 ${inode} ${path}`.trimEnd()
const opened = (inode: number): string =>
  `pos:\t0\nflags:\t02\nmnt_id:\t10\nino:\t${inode}\nscm_fds: 0\n`
const host = (processes: object, table = ''): Tree => ({
  proc: { self: { net: { unix: table } }, ...processes },
})

const find = (path: string, own = ' 41 '): string =>
  `net=own few_number=1; find_server v '${path}' '${own}'; echo "$?"; show server vm_helper_links`
const servers: readonly PartRow[] = [
  [
    'the server is whoever has the other end of the connection',
    host(
      { 9: process9('qemu-nbd', 'S', { fdinfo: { 3: opened(52) } }) },
      unix(connected(41, ''), connected(52, '/run/n.sock')),
    ),
    find('/run/n.sock'),
    '0\nserver=9\nvm_helper_links= own:52',
  ],
  [
    'a socket of a name without a file is found, too',
    host(
      { 9: process9('qemu-nbd', 'S', { fdinfo: { 3: opened(52) } }) },
      unix(connected(52, '@/n.sock')),
    ),
    find('/n.sock'),
    '0\nserver=9\nvm_helper_links= own:52',
  ],
  [
    'the end that the qemu has itself is none',
    host(
      { 9: process9('qemu-nbd', 'S', { fdinfo: { 3: opened(41) } }) },
      unix(connected(41, '/run/n.sock')),
    ),
    find('/run/n.sock'),
    '1\nserver=\nvm_helper_links=',
  ],
  [
    'one that only listens there is not connected',
    host(
      { 9: process9('qemu-nbd', 'S', { fdinfo: { 3: opened(52) } }) },
      unix('0: 00000002 00000000 00010000 0001 01 52 /run/n.sock'),
    ),
    find('/run/n.sock'),
    '1\nserver=\nvm_helper_links=',
  ],
  [
    'a path that only ends like it is another one',
    host(
      { 9: process9('qemu-nbd', 'S', { fdinfo: { 3: opened(52) } }) },
      unix(connected(52, '/other/run/n.sock')),
    ),
    find('/run/n.sock'),
    '1\nserver=\nvm_helper_links=',
  ],
  [
    'a kernel that tells no inodes leaves who names the path',
    host(
      { 9: process9('qemu-nbd', 'S', { cmdline: argv('qemu-nbd', '-k', '/run/n.sock') }) },
      unix(connected(52, '/run/n.sock')),
    ),
    find('/run/n.sock'),
    '0\nserver=9\nvm_helper_links= own:52',
  ],
  [
    'a qemu that names the path is not its server',
    host(
      { 9: process9('qemu-kvm', 'S', { cmdline: argv('qemu-kvm', '-drive', 'x=/run/n.sock') }) },
      unix(connected(52, '/run/n.sock')),
    ),
    find('/run/n.sock'),
    '1\nserver=\nvm_helper_links=',
  ],
  [
    'without the table nobody is found',
    { proc: { self: {} } },
    find('/run/n.sock'),
    '1\nserver=\nvm_helper_links=',
  ],
  [
    'a path that the arguments do not tell is not looked for',
    host({}, unix(connected(52, '-'))),
    find('-'),
    '1\nserver=\nvm_helper_links=',
  ],
]

test('who serves a disk over a unix socket', (t) => {
  playRows(t, servers)
})

const mounts = '20 1 8:1 / / rw - ext4 /dev/sda1 rw\n21 20 0:50 / /srv/shared rw - nfs4 h:/x rw\n'
const tpm = (...words: readonly string[]): Tree => ({
  proc: {
    self: { mountinfo: mounts },
    9: { cmdline: words.length === 0 ? '' : argv('swtpm', 'socket', ...words) },
  },
})
const keeps = 'keeps_shared_state 9; echo "$?"'
const states: readonly PartRow[] = [
  ['state on the disk of this host is its own', tpm('--tpmstate', 'dir=/var/lib/t'), keeps, '1'],
  [
    'state on a network file system is shared',
    tpm('--tpmstate', 'dir=/srv/shared/t,mode=0600'),
    keeps,
    '0',
  ],
  [
    'a folder that only begins like the shared one is not on it',
    tpm('--tpmstate', 'dir=/srv/shared-not/t'),
    keeps,
    '1',
  ],
  ['state whose place is not told may be shared', tpm('--tpmstate', 'fd=5'), keeps, '0'],
  ['a path that is none may be anywhere', tpm('--tpmstate', 'dir=t'), keeps, '0'],
  ['without a word of it, it may be shared', tpm('--daemon'), keeps, '0'],
  ['so may it be where the arguments cannot be read', tpm(), keeps, '0'],
]

test('whether the state of a TPM is where another host would start with it', (t) => {
  playRows(t, states)
})

const hangs = 'round=1; some_helper_hangs; echo "$?"'
const settle = (words: string): string =>
  `round=1; ${words}; helpers_settled v; echo "$?"; show vm_helpers_state vm_outlives`
const helping = 'vm_helpers[v]=seen vm_helper_list[v]=" 9:777" vm_helper_links[v]=" own:52"'
const settled: readonly PartRow[] = [
  [
    'a helper with a task that waits for a disk hangs',
    host({ 9: process9('nbdkit', 'D') }),
    hangs,
    '0',
  ],
  ['one that sleeps does not', host({ 9: process9('nbdkit', 'S') }), hangs, '1'],
  ['another program that hangs is none', host({ 9: process9('postgres', 'D') }), hangs, '1'],
  [
    'of a VM that was gone, a helper that hangs may be its own',
    host({ 9: process9('qemu-nbd', 'D') }),
    settle(':'),
    '1\nvm_helpers_state=pending\nvm_outlives=',
  ],
  [
    'of a VM that was gone, nobody looked where none hangs',
    host({ 9: process9('qemu-nbd') }),
    settle(':'),
    '0\nvm_helpers_state=not-looked\nvm_outlives=',
  ],
  [
    'one that is not known does not settle',
    host({}),
    settle('vm_helpers[v]=not-known'),
    '0\nvm_helpers_state=not-known\nvm_outlives=',
  ],
  [
    'a connection that is open keeps it pending',
    host({ 9: process9('qemu-nbd') }, unix(connected(52, '/run/n.sock'))),
    settle(helping),
    '1\nvm_helpers_state=pending\nvm_outlives=',
  ],
  [
    'a table that cannot be read may hold the connection',
    { proc: { self: {}, 9: process9('qemu-nbd') } } as Tree,
    settle(helping),
    '1\nvm_helpers_state=pending\nvm_outlives=',
  ],
  [
    'a task that waits for a disk keeps it pending',
    host({ 9: process9('qemu-nbd', 'D') }, unix()),
    settle(helping),
    '1\nvm_helpers_state=pending\nvm_outlives=',
  ],
  [
    'a helper that is at rest has settled',
    host({ 9: process9('qemu-nbd') }, unix()),
    settle(helping),
    '0\nvm_helpers_state=settled\nvm_outlives=',
  ],
  [
    'what it has open has to come to rest as well, as long as it lives',
    host({ 9: process9('qemu-nbd') }, unix()),
    settle(`${helping} vm_devices[v]=" dev/block/8:0"`),
    '0\nvm_helpers_state=settled\nvm_outlives=1',
  ],
  [
    'one that has gone has settled',
    host({}, unix()),
    settle(`${helping} vm_devices[v]=" dev/block/8:0"`),
    '0\nvm_helpers_state=settled\nvm_outlives=',
  ],
  [
    'whoever has its pid now is not the helper',
    host({ 9: process9('qemu-nbd', 'D') }, unix()),
    settle(helping.replace('9:777', '9:778')),
    '0\nvm_helpers_state=settled\nvm_outlives=',
  ],
]

test('when a helper has settled', (t) => {
  playRows(t, settled)
})

const judged = (...types: readonly string[]): string =>
  `for one in ${types.join(' ')}; do judge_type "$one"; echo "$type_kind $type_word"; done`
const types: readonly PartRow[] = [
  ['disks of this host', {}, judged('block', 'ext4', 'xfs'), 'local block\nlocal ext4\nlocal xfs'],
  [
    'memory is no disk',
    {},
    judged('tmpfs', 'proc', 'erofs'),
    'none memory\nnone memory\nnone memory',
  ],
  [
    'file systems of others',
    {},
    judged('nfs4', 'ceph', 'gfs2'),
    'network-fs nfs4\nnetwork-fs ceph\nnetwork-fs gfs2',
  ],
  [
    'what a program serves',
    {},
    judged('fuse.sshfs', 'fuseblk'),
    'user-space fuse\nuser-space fuse',
  ],
  [
    'what nobody has heard of is not known',
    {},
    judged('overlay', 'newfs'),
    'not-known overlay\nnot-known other',
  ],
]

test('what a file system is', (t) => {
  playRows(t, types)
})
