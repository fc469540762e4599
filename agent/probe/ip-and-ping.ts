/**
 * The questions of the probe, each one run of a tool. No answer of a tool ever becomes an
 * exception.
 */
import type { EchoSeen } from '../domain/silence-evidence.ts'
import { zonedAddress } from './address.ts'
import type { ProbeAddress } from './address.ts'
import { pingGraceMs, toolTimeoutMs } from './limits.ts'
import type { PingPlan } from './limits.ts'
import { readNeighbour } from './neighbour-json.ts'
import type { Neighbour } from './neighbour-json.ts'
import { readPing } from './ping-text.ts'
import { isLinkUp, readGateways, readRoute } from './route-json.ts'
import type { Route } from './route-json.ts'
import type { ProbeRun } from './probe-run.ts'

/** A way out of this host that is switched on and has a carrier. */
export type Path = Route & { readonly kind: 'on-link' | 'off-link' }

export type PathSeen =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'local' }
  /** No route, no device, no carrier, or a tool that does not work. */
  | { readonly kind: 'own-trouble' }
  | { readonly kind: 'not-run' }

export const askPath = async (probe: ProbeRun, address: ProbeAddress): Promise<PathSeen> => {
  const zone = address.zone === '' ? [] : ['oif', address.zone]
  const end = await runIp(probe, ['route', 'get', address.plain, ...zone])
  if (end.kind !== 'text') return end
  const route = readRoute(address.plain, end.text)
  switch (route.kind) {
    case 'local':
      return { kind: 'local' }
    case 'none':
      return { kind: 'own-trouble' }
    case 'on-link':
    case 'off-link':
      return await askLink(probe, route)
  }
}

/** `ip route get` says nothing of a pulled cable. */
const askLink = async (probe: ProbeRun, path: Path): Promise<PathSeen> => {
  const end = await runIp(probe, ['link', 'show', 'dev', path.device])
  if (end.kind !== 'text') return end
  return isLinkUp(path.device, end.text) ? { kind: 'path', path } : { kind: 'own-trouble' }
}

/** The gateways of the default routes; none where the question failed. */
export const askGateways = async (
  probe: ProbeRun,
  family: ProbeAddress['family'],
): Promise<readonly string[]> => {
  const option = family === 'ipv4' ? '-4' : '-6'
  const end = await runIp(probe, [option, 'route', 'show', 'default'])
  return end.kind === 'text' ? readGateways(end.text) : []
}

export const askNeighbour = async (
  probe: ProbeRun,
  address: ProbeAddress,
  device: string,
): Promise<Neighbour> => {
  const which = ['to', address.plain, 'dev', device]
  const end = await runIp(probe, ['-s', '-s', 'neigh', 'show', 'nud', 'all', ...which])
  return end.kind === 'text' ? readNeighbour(address.plain, end.text) : { kind: 'unreadable' }
}

/** Whether the kernel took the entry away. */
export const removeNeighbour = async (
  probe: ProbeRun,
  address: ProbeAddress,
  device: string,
): Promise<boolean> => {
  const end = await runIp(probe, ['neigh', 'del', 'to', address.plain, 'dev', device])
  return end.kind === 'text'
}

/** Has the kernel ask the link address that it knows, at once; whether it was told so. */
export const probeNeighbour = async (
  probe: ProbeRun,
  address: ProbeAddress,
  device: string,
): Promise<boolean> => {
  const which = ['to', address.plain, 'dev', device]
  const end = await runIp(probe, ['neigh', 'change', ...which, 'nud', 'probe'])
  return end.kind === 'text'
}

export const ping = async (
  probe: ProbeRun,
  address: ProbeAddress,
  source: string,
  plan: PingPlan,
): Promise<EchoSeen> => {
  const { count, intervalSec, waitSec } = plan
  const numbers = ['-c', count, '-i', intervalSec, '-W', waitSec].map(String)
  const limitMs = (intervalSec * (count - 1) + waitSec) * 1000 + pingGraceMs
  const target = zonedAddress(address)
  const end = await probe.run('ping', ['-n', ...numbers, '--', target], limitMs, probe.signal)
  switch (end.kind) {
    case 'exited':
      return readPing({ address: address.plain, source, count }, end)
    case 'cut-off':
      return 'not-run'
    case 'not-started':
      return 'own-trouble'
  }
}

const runIp = async (probe: ProbeRun, args: readonly string[]) => {
  const end = await probe.run('ip', ['-j', ...args], toolTimeoutMs, probe.signal)
  switch (end.kind) {
    case 'exited':
      return end.code === 0
        ? ({ kind: 'text', text: end.stdout } as const)
        : ({ kind: 'own-trouble' } as const)
    case 'cut-off':
      return { kind: 'not-run' } as const
    case 'not-started':
      return { kind: 'own-trouble' } as const
  }
}
