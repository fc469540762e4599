/**
 * What sees a suspect: the way to a login there, and the probes where it stays silent. For fences,
 * looks and drills.
 */
import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import { createLastHeard } from '../fence/last-heard.ts'
import type { ContactDeps } from '../fence/open-suspect.ts'
import { knock } from '../probe/knock.ts'
import { createProbe } from '../probe/probe.ts'
import { createRunTool, systemTools } from '../probe/run-tool.ts'
import { realClock } from '../base/time/real-clock.ts'
import { ownOwner } from '../base/file/secret-file.ts'
import { programFile } from '../program-file.ts'
import { createSuspect } from '../suspect/suspect.ts'
import type { SuspectConfig, SuspectDeps } from '../suspect/suspect.ts'
import { createAcquaintance } from '../suspect/host-key/acquaintance.ts'
import { createKnownHostsFile } from '../suspect/host-key/known-hosts-file.ts'
import { readLogins } from '../suspect/login/logins.ts'
import type { Logins } from '../suspect/login/logins.ts'
import { readOwnIdentity } from '../suspect/program/own-identity.ts'
import { createConfirmedHosts } from '../suspect/confirmed-hosts.ts'

/** Gives deps of their own to each who asks: one phase log for fences, another for looks. */
export type MakeContactDeps = (onPhase: NonNullable<SuspectDeps['onPhase']>) => ContactDeps

/** Rejects where a part cannot be made; nothing has been done then. */
export const composeSuspectAccess = async (config: Config): Promise<MakeContactDeps> => {
  const clock = realClock
  const settings = await suspectConfig(config)
  const probe = createProbe(config.probe, { clock, run: createRunTool(systemTools), knock })
  const heard = createLastHeard(clock)
  const knownHosts = createKnownHostsFile(config.ssh.knownHostsFile)
  const confirmedHosts = createConfirmedHosts(config.ssh.knownHostsFile)
  return (onPhase) => ({
    suspect: createSuspect(settings, { clock, knownHosts, confirmedHosts, onPhase }),
    probe,
    clock,
    heard,
    acquaintance: createAcquaintance(knownHosts),
    silence: {
      needsMs: config.probe.silenceSec * 1000,
      routed: config.probe.routedSilence,
      neverMet: config.suspects.neverMet,
    },
  })
}

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
  helpers: suspects.helpers,
  sharedFileSystems: suspects.sharedFileSystems,
  quarantine: suspects.quarantine,
  quarantineSec: suspects.quarantineSec,
  // Who accepts a suspect on loopback means this very host, so that it cannot be told apart by its
  // ids.
  own: suspects.allowLoopback ? { machineId: '', bootId: '' } : await readOwnIdentity(),
  programText: await readFile(programFile, 'utf8'),
})
