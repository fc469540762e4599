/**
 * A hold on an open file for as long as this process has it open: flock(2), which Node does not
 * have, taken by flock(1) on a descriptor that both share. The lock belongs to the open file and
 * not to the child that took it, so it stays when the child ends, and the kernel lets go of it when
 * we do, however we end: it cannot go stale. It is the same for every name of the file and in every
 * namespace, and only who may open the file can hold it against us.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Alone, or beside others who hold it together. */
export type HoldMode = 'alone' | 'together'

/** `flock` asks the kernel once, and takes a few ms; more means a sick disk. */
const toolTimeoutMs = 5_000
const searchPath = '/usr/sbin:/usr/bin:/sbin:/bin'

/** Of util-linux and of busybox alike, where somebody else has it. */
const heldCode = 1

/** False where somebody else holds it; rejects where that cannot be told. */
export const holdFile = async (fd: number, mode: HoldMode): Promise<boolean> => {
  const child = spawn('flock', ['-n', mode === 'alone' ? '-x' : '-s', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
    env: { PATH: searchPath },
    timeout: toolTimeoutMs,
    killSignal: 'SIGKILL',
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code === 0) return true
  if (code === heldCode) return false
  throw new Error(`flock (of util-linux) did not lock the file: exit code ${String(code)}`)
}
