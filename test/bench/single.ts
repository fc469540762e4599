/** One fence of one VM, beside every other way to do it: interleaved, each on a VM of its own. */
import { join } from 'node:path'
import type { AgentProcess } from '../fixtures/servers/agent-process.ts'
import { bootHost } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import { holdMs, startBenchAgent } from './agents.ts'
import { median, ms, print, printTitle, quantile, ratio } from './numbers.ts'
import { anyEnd, key, ssh, sshOptions } from './ssh.ts'
import { startVms } from './vms.ts'
import type { BenchVm } from './vms.ts'

const labDirectory = process.env['LAB_DIR'] ?? ''

interface Method {
  readonly name: string
  /** Gives its own time in ms, where the time of the call is not that of the method. */
  readonly measure: (vm: BenchVm) => Promise<number | undefined>
}

interface Row {
  readonly name: string
  readonly tookMs: number[]
  readonly phases: Map<string, number[]>
  living: number
}

/** Its own default, and no known hosts of this machine. */
const expecting = `${sshOptions.join(' ')} -t '/bin/bash -c "PS1=\\\\[EXPECT\\\\]# /bin/bash --noprofile --norc"'`

const insideMs = (command: string): string =>
  `a=$EPOCHREALTIME; ${command}; b=$EPOCHREALTIME; echo $(( (\${b/./} - \${a/./}) ))`

const methodsFor = (
  host: LabHost,
  fresh: AgentProcess,
  kept: AgentProcess,
  rows: ReadonlyMap<string, Row>,
): readonly Method[] => {
  const raw = ({ vm }: BenchVm): string =>
    `virsh destroy ${vm}; pkill -9 -f '[q]emu.*${vm}'; pgrep -f '[q]emu.*${vm}'`
  const master = ['-o', `ControlPath=${join(labDirectory, 'bench-master')}`]
  const onHost = async (command: string): Promise<number> =>
    Number((await host.exec(insideMs(command))).text.split('\n').at(-1)) / 1000
  const peerfence =
    (agent: AgentProcess, name: string) =>
    async ({ vm }: BenchVm): Promise<undefined> => {
      const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
      if (answer.verdict !== 'qemuConfirmedDead') throw new Error(`${name}: ${answer.reason}`)
      for (const { phase, ms: tookMs } of phasesOf(answer.body)) {
        const known = rows.get(name)?.phases
        known?.set(phase, [...(known.get(phase) ?? []), tookMs])
      }
    }
  return [
    { name: names.raw, measure: async (vm) => await ssh(host.address, raw(vm)) },
    {
      name: names.master,
      measure: async (vm) =>
        await ssh(
          host.address,
          raw(vm),
          ...master,
          '-o',
          'ControlMaster=auto',
          '-o',
          'ControlPersist=600',
        ),
    },
    {
      name: names.fenceVirsh,
      measure: async ({ vm }) => {
        const login = [
          '-a',
          host.address,
          '-l',
          'root',
          '-k',
          key,
          '-x',
          '--ssh-options',
          expecting,
        ]
        await anyEnd('fence_virsh', [...login, '-n', vm.replaceAll('-', ''), '-o', 'off'])
        return undefined
      },
    },
    {
      name: names.kill,
      measure: async ({ hostPid }) =>
        await onHost(`kill -9 ${hostPid}; while [[ -d /proc/${hostPid} ]]; do :; done`),
    },
    { name: names.destroy, measure: async ({ vm }) => await onHost(`virsh -q destroy ${vm}`) },
    { name: names.true, measure: async () => await ssh(host.address, 'true') },
    { name: names.fresh, measure: peerfence(fresh, names.fresh) },
    { name: names.kept, measure: peerfence(kept, names.kept) },
  ]
}

const names = {
  raw: "(a) ssh 'virsh destroy; pkill; pgrep', fresh",
  master: '(b) the same over a warm ControlMaster',
  fenceVirsh: '(c) fence_virsh -o off',
  kill: '(d) kill -9 and poll, on the host itself',
  destroy: '(d) virsh destroy, on the host itself',
  true: '(e) ssh true, fresh',
  fresh: 'peerfence, fresh connection',
  kept: 'peerfence, lane that is open',
} as const

const phasesOf = (body: Readonly<Record<string, unknown>>) => {
  const { contact } = body['evidence'] as {
    readonly contact: {
      readonly phases: readonly { readonly phase: string; readonly ms: number }[]
    }
  }
  return contact.phases
}

export const benchSingle = async (rounds: number): Promise<void> => {
  printTitle(
    `One VM, ${rounds} rounds, interleaved; peerfence with all its safety work and a hold of ${holdMs} ms`,
  )
  const host = await bootHost()
  const [fresh, kept] = [await startBenchAgent(0), await startBenchAgent(60_000)]
  const rows = new Map<string, Row>(
    Object.values(names).map((name) => [
      name,
      { name, tookMs: [], phases: new Map<string, number[]>(), living: 0 },
    ]),
  )
  const methods = methodsFor(host, fresh, kept, rows)
  // The first round warms up: host keys, caches, the master, the lane.
  for (let round = 0; round <= rounds; round += 1) {
    const vms = [...(await startVms(host, methods.length))]
    for (const { name, measure } of rotated(methods, round)) {
      const vm = vms.pop()
      const row = rows.get(name)
      if (vm === undefined || row === undefined) throw new Error('a VM for each')
      const startedMs = performance.now()
      const own = await measure(vm)
      const tookMs = own ?? performance.now() - startedMs
      if (round > 0) {
        row.tookMs.push(tookMs)
        if (name !== names.true && vm.isAlive()) row.living += 1
      } else row.phases.clear()
      if (name === names.true) await kept.fence({ vmUuid: vm.vm, targetHostIp: host.address })
    }
  }
  await Promise.all([fresh.stop(), kept.stop()])
  await host.down()
  report(rows)
}

const rotated = <T>(all: readonly T[], by: number): readonly T[] => {
  const at = by % all.length
  return [...all.slice(at), ...all.slice(0, at)]
}

const report = (rows: ReadonlyMap<string, Row>): void => {
  const of = (name: string): number => median(rows.get(name)?.tookMs ?? [])
  print('way', 'median', 'min', 'p90', 'without the hold', 'still alive at its end')
  for (const { name, tookMs, living } of rows.values()) {
    const isOurs = name === names.fresh || name === names.kept
    print(
      name,
      ms(median(tookMs)),
      ms(quantile(tookMs, 0)),
      ms(quantile(tookMs, 0.9)),
      isOurs ? ms(median(tookMs) - holdMs) : '',
      name === names.true ? '' : `${living}/${tookMs.length}`,
    )
  }
  printTitle('Targets, without the hold')
  const [fresh, kept] = [of(names.fresh) - holdMs, of(names.kept) - holdMs]
  const target = (what: string, value: number, other: string, most: number): void => {
    const left = rows.get(other)?.living ?? 0
    const is = left > 0 ? `no figure: it left ${left} alive` : ratio(value, of(other))
    print(what, is, `at most ${most}x`, left === 0 && value <= most * of(other) ? 'met' : 'MISSED')
  }
  target('fresh to (a)', fresh, names.raw, 0.25)
  target('fresh to (c)', fresh, names.fenceVirsh, 0.12)
  target('fresh to (e)', fresh, names.true, 1)
  target('open lane to (b)', kept, names.master, 0.35)
  target('open lane to local virsh destroy', kept, names.destroy, 1)
  printTitle('Phases of peerfence, medians; run includes the hold')
  for (const name of [names.fresh, names.kept]) {
    const phases = rows.get(name)?.phases ?? new Map<string, number[]>()
    const told = [...phases].map(([phase, values]) => `${phase} ${ms(median(values))}`)
    const sum = [...phases.values()].reduce((total, values) => total + median(values), 0)
    print(name, ...told, `the rest (HTTP, journal) ${ms(of(name) - sum)}`)
  }
}
