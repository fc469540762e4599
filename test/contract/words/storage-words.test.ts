import { test } from 'tap'
import { storageWords, waitingFor } from '../../../agent/contract/words/storage-words.ts'
import { cleanReport } from '../../fixtures/values/evidence.ts'

test('storage is told with its file systems, where they are known', async (t) => {
  const { storage } = cleanReport
  t.equal(storageWords(storage), 'block devices or file systems of the host (block)')
  t.equal(
    storageWords({ ...storage, kind: 'network-fs', fileSystems: ['nfs4', 'ext4'] }),
    'a network file system (nfs4, ext4)',
  )
  t.equal(storageWords({ ...storage, kind: 'not-known', fileSystems: [] }), 'not known')
})

test('what a task waits for is told where the name of the function tells', async (t) => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['percpu_rwsem_wait', /frozen/],
    ['rpc_wait_bit_killable', /NFS/],
    ['submit_bio_wait', /block device/],
    ['folio_wait_bit', /block device/],
    ['exit_aio', /block device/],
    ['request_wait_answer', /FUSE/],
    ['ceph_osdc_wait_request', /Ceph/],
    ['jbd2_log_wait_commit', /file system and the device/],
    ['cifs_write', /SMB/],
    ['do_sys_poll', /^$/],
    ['-', /^$/],
  ]
  for (const [wchan, words] of rows) t.match(waitingFor(wchan), words, wchan)
})
