/** Storage in words for a person. Pure. */
import type { StorageState } from '../../domain/evidence.ts'

const kinds: Readonly<Record<StorageState['kind'], string>> = {
  none: 'none was open for writing',
  local: 'block devices or file systems of the host',
  'network-fs': 'a network file system',
  'user-space': 'a program or a connection of the qemu itself (rbd, iSCSI, NBD, FUSE)',
  'not-known': 'not known',
  hidden: 'a disk that its arguments name and that it had not open',
  'not-looked': 'not looked at',
}

export const storageWords = ({ kind, fileSystems }: StorageState): string =>
  fileSystems.length > 0 ? `${kinds[kind]} (${fileSystems.join(', ')})` : kinds[kind]

/** What the kernel waits for in a function of this name, as far as the name tells. */
const waits: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^(percpu_rwsem_wait|sb_start_write|freeze_)/, 'a file system that is frozen'],
  [/^(nfs|rpc|__rpc)/, 'an NFS server'],
  [/^(ceph|rbd|wait_on_.*ceph)/, 'Ceph'],
  [/^(fuse|request_wait_answer)/, 'a FUSE program'],
  [/^(cifs|smb)/, 'an SMB server'],
  [/^(jbd2|xfs|btrfs|ext4)/, 'a file system and the device below it'],
  [
    /^(submit_bio_wait|blk|bit_wait_io|io_schedule|folio_wait|wait_on_page|exit_aio|wait_for_completion_io|__bio)/,
    'a block device that does not complete a request',
  ],
]

export const waitingFor = (wchan: string): string => {
  const found = waits.find(([pattern]) => pattern.test(wchan))
  return found === undefined ? '' : `, that is for ${found[1]}`
}
