/** What sees a suspect: the way to a login there, and the probes where it stays silent. For fences, looks and drills. */
import { readFile } from 'node:fs/promises'
import type { Config } from './config/config.ts'
import { createHeardAddresses } from './fence/heard.ts'
import type { Eyes } from './fence/open-suspect.ts'
import { createProbe } from './probe/probe.ts'
import { createRunTool, systemTools } from './probe/run-tool.ts'
import { realClock } from './real-clock.ts'
import { ownOwner } from './secret-file.ts'
import { createSuspect } from './suspect/contact.ts'
import type { SuspectConfig, SuspectDeps } from './suspect/contact.ts'
import { createKnownHostsFile } from './suspect/known-hosts-file.ts'
import { readLogins } from './suspect/logins.ts'
import type { Logins } from './suspect/logins.ts'
import { readOwnIdentity } from './suspect/own-identity.ts'

/** Gives eyes of their own to each who asks: one phase log for fences, another for looks. */
export type MakeEyes = (onPhase: NonNullable<SuspectDeps['onPhase']>) => Eyes

/** Rejects where a part cannot be made; nothing has been done then. */
export const composeEyes = async (config: Config): Promise<MakeEyes> => {
  const clock = realClock
  const settings = await suspectConfig(config)
  const probe = createProbe(config.probe, { clock, run: createRunTool(systemTools) })
  const heard = createHeardAddresses(clock)
  const knownHosts = createKnownHostsFile(config.ssh.knownHostsFile)
  return (onPhase) => ({
    suspect: createSuspect(settings, { clock, knownHosts, onPhase }),
    probe,
    clock,
    heard,
  })
}

/** The suspect's program, where `scripts/build` puts it. */
const programFile = new URL('./scripts/suspect/fence-vms.bash', new URL('../', import.meta.url))

const loginsOf = async (ssh: Config['ssh']): Promise<Logins> => {
  const read = await readLogins(ssh, ownOwner())
  if (read.kind === 'read') return read.logins
  throw new Error(read.faults.map(({ path, rule }) => `${path}: ${rule}`).join('; '))
}

const suspectConfig = async ({ ssh, fence, suspects }: Config): Promise<SuspectConfig> => ({
  connectWindowMs: ssh.connectWindowMs,
  hostKeyPolicy: ssh.hostKeyPolicy,
  knownHostsFile: ssh.knownHostsFile,
  logins: await loginsOf(ssh),
  holdMs: fence.holdMs,
  pidNamespace: suspects.pidNamespace,
  pageCache: suspects.pageCache,
  sharedFileSystems: suspects.sharedFileSystems,
  // Who accepts a suspect on loopback means this very host, so that it cannot be told apart by its ids.
  own: suspects.allowLoopback ? { machineId: '', bootId: '' } : await readOwnIdentity(),
  programText: await readFile(programFile, 'utf8'),
})
