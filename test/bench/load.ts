/** Thousands of requests at once, about suspects that are healthy, stalled and silent. */
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'
import type { AgentProcess } from '../fixtures/servers/agent-process.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import { startBenchAgent } from './agents.ts'
import { rssMb, startCosts } from './costs.ts'
import { ms, print, printTitle, quantile } from './numbers.ts'

const budgetSec = 20

interface Kind {
  readonly kind: string
  readonly hosts: readonly LabHost[]
}

interface Told {
  readonly kind: string
  readonly because: string
  readonly tookMs: number
  /** By the agent's own clock, from the arrival of the request on. */
  readonly ownMs: number
}

const bootKinds = async (): Promise<readonly Kind[]> => {
  const boot = async (kind: string, count: number, ...state: readonly string[]): Promise<Kind> => {
    const hosts: LabHost[] = []
    for (let number = 0; number < count; number += 1) {
      const host = await bootHost('--no-libvirt')
      if (state.length > 0) await host.state(...state)
      hosts.push(host)
    }
    return { kind, hosts }
  }
  return [
    await boot('healthy', 4),
    await boot('stalled (sshd stopped in mid-air)', 2, 'sshd-hang'),
    await boot('silent (drops everything)', 2, 'drop'),
  ]
}

/** How long the agent took to say that it lives, all through the load. */
const watchHealth = (url: string) => {
  const tookMs: number[] = []
  const over = new AbortController()
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const startedMs = performance.now()
      await (await fetch(`${url}/healthz`)).text()
      tookMs.push(performance.now() - startedMs)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const watching = watch()
  return async (): Promise<readonly number[]> => {
    over.abort()
    await watching
    return tookMs
  }
}

const askAll = async (agent: AgentProcess, kinds: readonly Kind[], count: number) => {
  const told: Told[] = []
  let begun = 0
  const askSome = async (): Promise<void> => {
    while (begun < count) {
      const number = begun
      begun += 1
      const { kind, hosts } = kinds[number % kinds.length] ?? missing()
      const host = hosts[Math.floor(number / kinds.length) % hosts.length] ?? missing()
      const answer = await agent.fence({
        vmUuid: newVmUuid(),
        targetHostIp: host.address,
        sshTimeoutSec: budgetSec,
      })
      const because = answer.status === 200 ? answer.reason : `status ${answer.status}`
      const ownMs = Number(answer.body['durationMs'] ?? 0)
      told.push({ kind, because, tookMs: answer.tookMs, ownMs })
    }
  }
  // As many at a time as the agent takes from one caller.
  await Promise.all(Array.from({ length: 1000 }, askSome))
  return told
}

function missing(): never {
  throw new Error('no such suspect')
}

export const benchLoad = async (count: number): Promise<void> => {
  printTitle(
    `${count} requests, 1000 at a time, a third each about healthy, stalled and silent suspects`,
  )
  const kinds = await bootKinds()
  // Who vouches for this peer's network while others are silent.
  const witness = await bootHost('--no-libvirt')
  const agent = await startBenchAgent(5_000, [witness.address])
  const idleMb = rssMb(agent.pid)
  const costs = startCosts(agent.pid, [])
  const endHealth = watchHealth(agent.url)
  const startedMs = performance.now()
  const told = await askAll(agent, kinds, count)
  const wallMs = performance.now() - startedMs
  const health = await endHealth()
  print('suspects', 'answers', 'p50', 'p99', 'longest', 'over the budget', 'reasons')
  for (const { kind } of kinds) {
    const of = told.filter((one) => one.kind === kind)
    const tookMs = of.map((one) => one.tookMs)
    const reasons = new Map<string, number>()
    for (const { because } of of) reasons.set(because, (reasons.get(because) ?? 0) + 1)
    print(
      kind,
      of.length,
      ms(quantile(tookMs, 0.5)),
      ms(quantile(tookMs, 0.99)),
      ms(quantile(tookMs, 1)),
      of.filter(({ ownMs }) => ownMs > budgetSec * 1000).length,
      [...reasons].map(([because, times]) => `${because} ${times}`).join(', '),
    )
  }
  const { agentCpuSec, peakMb, connections } = costs()
  print(
    `all answered: ${told.length} of ${count} in ${ms(wallMs)}`,
    `agent CPU ${agentCpuSec.toFixed(1)} s`,
    `idle ${Math.round(idleMb)} MB, peak ${Math.round(peakMb)} MB, after it ${Math.round(rssMb(agent.pid))} MB`,
    `ssh connections ${connections}`,
  )
  print(
    `/healthz ${health.length} times: p50 ${ms(quantile(health, 0.5))}, p99 ${ms(quantile(health, 0.99))}, longest ${ms(quantile(health, 1))}`,
  )
  await agent.stop()
  await witness.down()
  for (const { hosts } of kinds) for (const host of hosts) await host.down()
}
