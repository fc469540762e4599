/** What the observers of the suspect's program see, on made-up files. */
import { test } from 'tap'
import { programText } from '../../fixtures/servers/local-program.ts'
import { callPart, playRows } from '../../fixtures/servers/program-part.ts'
import type { PartRow, Tree } from '../../fixtures/servers/program-part.ts'

const tcpHead = '  sl  local_address rem_address st tx rx\n'
const tcp = (place: string, state: string, unsent: string, inode: number): string =>
  `   0: ${place} 0100007F:2A30 ${state} ${unsent}:00000000 00:00000000 00000000 0 0 ${inode} 1 0\n`
const net = (lines: string, more: object = {}): object => ({
  tcp: tcpHead + lines,
  unix: 'Num\n',
  protocols: 'protocol size sockets\nMPTCP 1 0\nTCP 1 9\n',
  ...more,
})
const inNet = (lines: string, more: object = {}): Tree =>
  ({ proc: { self: { net: net(lines, more) } } }) as Tree

const judgeSockets = (inodes: string, there: number): string =>
  `few_number=1 socket_inodes=(${inodes}) sockets_there=${there}; judge_sockets own; show sockets_word`
const listening = tcp('00000000:170C', '0A', '00000000', 50)
const sockets: readonly PartRow[] = [
  [
    'a connection of its own counts, whatever its port is',
    inNet(tcp('0100007F:0260', '01', '00000000', 51)),
    judgeSockets('51', 1),
    'sockets_word=seen',
  ],
  [
    'what it serves itself does not count',
    inNet(listening + tcp('0100007F:170C', '01', '00000000', 51)),
    judgeSockets('50 51', 2),
    'sockets_word=none',
  ],
  [
    'a connection from a port where somebody else listens counts',
    inNet(listening + tcp('0100007F:170C', '01', '00000000', 51)),
    judgeSockets('51', 1),
    'sockets_word=seen',
  ],
  [
    'a socket that is in no table is not known',
    inNet(listening),
    judgeSockets('50 77', 2),
    'sockets_word=not-known',
  ],
  [
    'a socket of netlink holds nothing',
    inNet(listening, { netlink: 'sk Eth\nx 0 0 0 0 0 0 2 0 77\n' }),
    judgeSockets('50 77', 2),
    'sockets_word=none',
  ],
  [
    'a table that cannot be read shows nothing',
    { proc: {} },
    judgeSockets('51', 1),
    'sockets_word=not-known',
  ],
  [
    'without inodes whoever has TCP alone may have been connected',
    inNet(''),
    judgeSockets('', 1),
    'sockets_word=seen',
  ],
  [
    'without inodes a family that no table shows may be its own',
    inNet('', { protocols: 'protocol size sockets\nMPTCP 1 1\nTCP 1 9\n' }),
    judgeSockets('', 1),
    'sockets_word=not-known',
  ],
]

test('the sockets of a qemu are told by who listens', (t) => {
  playRows(t, sockets)
})

const orphans = 'round=1; look_at_orphans own; show net_rests'
const rests: readonly PartRow[] = [
  [
    'what nobody owns and has something to send is not at rest',
    inNet(tcp('0100007F:0260', '04', '0000021D', 0)),
    orphans,
    'net_rests=no',
  ],
  [
    'the end of a connection is no data',
    inNet(tcp('0100007F:0260', '04', '00000001', 0)),
    orphans,
    'net_rests=yes',
  ],
  [
    'what somebody has open is not what is left',
    inNet(tcp('0100007F:0260', '01', '0000021D', 51)),
    orphans,
    'net_rests=yes',
  ],
  [
    'what is closing is left, whatever inode it bears',
    inNet(tcp('0100007F:0260', '04', '0000021D', 51)),
    orphans,
    'net_rests=no',
  ],
  [
    'what is left of somebody who was served is no disk',
    inNet(listening + tcp('0100007F:170C', '04', '0000021D', 0)),
    orphans,
    'net_rests=yes',
  ],
  [
    'somebody who listens at another address does not serve it',
    inNet(tcp('0200007F:170C', '0A', '00000000', 50) + tcp('0100007F:170C', '04', '0000021D', 0)),
    orphans,
    'net_rests=no',
  ],
  ['no table shows nothing', { proc: {} }, orphans, 'net_rests='],
  [
    'half a line shows nothing',
    inNet('   0: 0100007F:0260 0100007F:2A30 04\n'),
    orphans,
    'net_rests=',
  ],
]

test('what nobody waits for any more is seen in the table of TCP', (t) => {
  playRows(t, rests)
})

const named = (...argv: readonly string[]): string =>
  `argv=(qemu ${argv.map((one) => `'${one}'`).join(' ')}); read_disks; show disk_files disk_network disk_unseen disk_servers disk_tpm`
const disks = (files = '', network = 0, servers = '', unseen = 0, tpm = ''): string =>
  `disk_files=${files}\ndisk_network=${network}\ndisk_unseen=${unseen}\ndisk_servers=${servers}\ndisk_tpm=${tpm}`
const args: readonly PartRow[] = [
  [
    'a file of libvirt is one disk, however many layers it has',
    {},
    named(
      '-blockdev',
      '{"driver":"file","filename":"/a/b.qcow2","node-name":"s","auto-read-only":true}',
      '-blockdev',
      '{"node-name":"f","read-only":false,"driver":"qcow2","file":"s"}',
    ),
    disks('/a/b.qcow2|s'),
  ],
  [
    'what is only read is no disk',
    {},
    named(
      '-blockdev',
      '{"driver":"file","filename":"/a.iso","node-name":"s","read-only":true}',
      '-drive',
      'file=/b.iso,if=ide,media=cdrom',
    ),
    disks(),
  ],
  [
    'a drive is a disk',
    {},
    named('-drive', 'file=/a.img,format=raw,if=none,id=d', '-hda', '/b.img'),
    disks('/a.img|/b.img'),
  ],
  ['a drive without a file is none', {}, named('-drive', 'if=none,id=d'), disks()],
  [
    'NBD over TCP is a network',
    {},
    named('-blockdev', 'driver=nbd,server.type=inet,server.host=h,server.port=1'),
    disks('', 1),
  ],
  [
    'NBD by MPTCP is a network that cannot be seen',
    {},
    named(
      '-blockdev',
      'driver=nbd,server.type=inet,server.host=h,server.port=1,server.mptcp=on,node-name=d',
    ),
    disks('', 1, '', 1),
  ],
  [
    'NBD over a unix socket has a server',
    {},
    named(
      '-blockdev',
      '{"driver":"nbd","server":{"type":"unix","path":"/run/n.sock"},"export":"e"}',
      '-drive',
      'file=nbd+unix:///e?socket=/run/m.sock',
      '-drive',
      'file=nbd:unix:/run/o.sock:exportname=e',
      '-blockdev',
      'driver=nbd,server.path=/run/p.sock,server.type=unix',
    ),
    disks('', 0, '/run/n.sock|/run/m.sock|/run/o.sock|/run/p.sock'),
  ],
  [
    'Ceph, iSCSI and the like are networks',
    {},
    named('-drive', 'file=rbd:pool/image:id=x,format=raw'),
    disks('', 1),
  ],
  [
    'a vhost-user disk has the server of its chardev',
    {},
    named(
      '-device',
      'vhost-user-blk-pci,chardev=c,bus=b',
      '-chardev',
      'socket,id=c,path=/run/v.sock',
    ),
    disks('', 0, '/run/v.sock'),
  ],
  [
    'a vhost-user disk whose chardev is not told has one all the same',
    {},
    named('-device', '{"driver":"vhost-user-fs-pci","chardev":"x"}'),
    disks('', 0, '-'),
  ],
  [
    'a vhost-user network has none',
    {},
    named('-chardev', 'socket,id=c,path=/run/v.sock', '-netdev', 'vhost-user,chardev=c,id=n'),
    disks(),
  ],
  [
    'the monitor is no server, and a TPM is told apart',
    {},
    named(
      '-chardev',
      'socket,id=m,path=/run/mon.sock,server=on',
      '-chardev',
      'socket,id=t,path=/run/tpm.sock',
      '-tpmdev',
      'emulator,id=e,chardev=t',
    ),
    disks('', 0, '', 0, '/run/tpm.sock'),
  ],
]

test('the disks of a qemu are read in its arguments', (t) => {
  playRows(t, args)
})

test('of several qemus the worst word counts, and of none there is no word', (t) => {
  const worst = (...words: readonly string[]): string =>
    callPart(
      t,
      `${words.map((word) => `note_kind v ${word}`).join('; ')}; show vm_storage; storage_report v; printf %s "$untold"`,
    )
  t.match(worst('local', 'none'), /^vm_storage=local\nPF1 {2}1 storage kind=local /)
  t.match(worst('none', 'user-space', 'local'), /^vm_storage=user-space\n/)
  t.match(
    callPart(t, 'report_observers v; printf %s "$untold"')
      .split('\n')
      .map((line) => line.replace(/^PF1 {2}\d /, '')),
    [
      'helpers state=not-looked policy=refuse',
      'uring state=not-looked drained=not-looked devices=not-looked',
      'storage kind=not-looked types=-',
      'sockets state=not-looked',
      'page-cache state=not-looked policy=report',
    ],
  )
  t.end()
})

test('an observer has no way to kill', (t) => {
  const own = programText.slice(
    programText.indexOf('read_disks() {'),
    programText.indexOf('observers_settled() {'),
  )
  t.ok(own.includes('helpers_settled()') && own.includes('page_cache_settled()'))
  t.notMatch(own, /(^|[;&|]|\bthen)\s*(kill|kill_group|end_process|pkill|virsh)\b/m)
  t.end()
})
