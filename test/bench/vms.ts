/** VMs of a lab host, known by pid and start time from outside of the host. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

const labDirectory = process.env['LAB_DIR'] ?? ''

export interface BenchVm {
  readonly vm: string
  readonly pid: number
  /** On the host itself. */
  readonly hostPid: number
  /** From outside, at this moment: whether any task of its qemu lives. */
  readonly isAlive: () => boolean
}

/**
 * Paused guests of libvirt, so that they cost nothing but their memory; some are started at a time.
 */
export const startVms = async (host: LabHost, count: number): Promise<readonly BenchVm[]> => {
  const vms: BenchVm[] = []
  let begun = 0
  const startSome = async (): Promise<void> => {
    while (begun < count) {
      begun += 1
      const vm = newVmUuid()
      await host.startVm(vm, '--paused')
      vms.push(known(host, vm))
    }
  }
  await Promise.all([startSome(), startSome(), startSome()])
  return vms
}

const known = (host: LabHost, vm: string): BenchVm => {
  const directory = join(labDirectory, 'hosts', host.name, 'vms', vm)
  const [pid = 0, start = 0] = readFileSync(join(directory, 'processes'), 'utf8')
    .trim()
    .split(' ')
    .map(Number)
  const hostPid = Number(readFileSync(join(directory, 'host.pid'), 'utf8'))
  return { vm, pid, hostPid, isAlive: () => hasLivingTask(pid, start) }
}

const hasLivingTask = (pid: number, start: number): boolean => {
  const leader = statOf(`/proc/${pid}/stat`)
  if (leader === undefined || leader.start !== start) return false
  return tasksOf(pid).some((tid) => {
    const task = statOf(`/proc/${pid}/task/${tid}/stat`)
    return task !== undefined && !['Z', 'X'].includes(task.state)
  })
}

const unlessGone = <T>(read: () => T, gone: T): T => {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return gone
    throw error
  }
}

const tasksOf = (pid: number): readonly string[] =>
  unlessGone(() => readdirSync(`/proc/${pid}/task`), [])

const statOf = (file: string): { readonly state: string; readonly start: number } | undefined => {
  const text = unlessGone(() => readFileSync(file, 'utf8'), '')
  if (text === '') return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', start: Number(fields[19]) }
}
