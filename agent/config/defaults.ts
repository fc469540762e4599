import type { Config } from './config.ts'
import type { ListenerFile } from './listeners.ts'
import { configSchema } from './schema.ts'
import type { ConfigFile } from './schema.ts'

/** The configuration with every default applied, before its rules across properties were asked. */
export type SettledConfig = Omit<Config, 'http'> & {
  readonly http: Omit<Config['http'], 'listeners'> & { readonly listeners: readonly ListenerFile[] }
}

/** Property by property, so that the compiler misses none; the values stand in the schema alone. */
export const withDefaults = (file: ConfigFile): SettledConfig => {
  const { http, callbacks, ssh, fence, suspects, doctor, probe, neighbours, journal, log, host } =
    configSchema.properties
  return {
    http: {
      listeners: file.http?.listeners ?? http.properties.listeners.default,
      inFlightMax: file.http?.inFlightMax ?? http.properties.inFlightMax.default,
      inFlightPerSuspectMax:
        file.http?.inFlightPerSuspectMax ?? http.properties.inFlightPerSuspectMax.default,
      inFlightPerCallerMax:
        file.http?.inFlightPerCallerMax ?? http.properties.inFlightPerCallerMax.default,
      requestsPerMinuteMax:
        file.http?.requestsPerMinuteMax ?? http.properties.requestsPerMinuteMax.default,
    },
    callbacks: {
      to: file.callbacks?.to ?? callbacks.properties.to.default,
      retrySec: file.callbacks?.retrySec ?? callbacks.properties.retrySec.default,
      proofSec: file.callbacks?.proofSec ?? callbacks.properties.proofSec.default,
    },
    ssh: {
      connectWindowMs: file.ssh?.connectWindowMs ?? ssh.properties.connectWindowMs.default,
      sessionKeepMs: file.ssh?.sessionKeepMs ?? ssh.properties.sessionKeepMs.default,
      hostKeyPolicy: file.ssh?.hostKeyPolicy ?? ssh.properties.hostKeyPolicy.default,
      knownHostsFile: file.ssh?.knownHostsFile ?? ssh.properties.knownHostsFile.default,
      identityFiles: file.ssh?.identityFiles ?? ssh.properties.identityFiles.default,
      logins: file.ssh?.logins ?? ssh.properties.logins.default,
    },
    fence: {
      holdMs: file.fence?.holdMs ?? fence.properties.holdMs.default,
      budgetMaxSec: file.fence?.budgetMaxSec ?? fence.properties.budgetMaxSec.default,
    },
    suspects: {
      networks: file.suspects?.networks ?? suspects.properties.networks.default,
      allowLoopback: file.suspects?.allowLoopback ?? suspects.properties.allowLoopback.default,
      pidNamespace: file.suspects?.pidNamespace ?? suspects.properties.pidNamespace.default,
      pageCache: file.suspects?.pageCache ?? suspects.properties.pageCache.default,
      helpers: file.suspects?.helpers ?? suspects.properties.helpers.default,
      sharedFileSystems:
        file.suspects?.sharedFileSystems ?? suspects.properties.sharedFileSystems.default,
      quarantine: file.suspects?.quarantine ?? suspects.properties.quarantine.default,
      quarantineSec: file.suspects?.quarantineSec ?? suspects.properties.quarantineSec.default,
      neverMet: file.suspects?.neverMet ?? suspects.properties.neverMet.default,
    },
    doctor: { peers: file.doctor?.peers ?? doctor.properties.peers.default },
    probe: {
      witnesses: file.probe?.witnesses ?? probe.properties.witnesses.default,
      silenceSec: file.probe?.silenceSec ?? probe.properties.silenceSec.default,
      routedSilence: file.probe?.routedSilence ?? probe.properties.routedSilence.default,
    },
    neighbours: {
      agents: file.neighbours?.agents ?? neighbours.properties.agents.default,
      ask: file.neighbours?.ask ?? neighbours.properties.ask.default,
      ownPercent: file.neighbours?.ownPercent ?? neighbours.properties.ownPercent.default,
    },
    journal: { file: file.journal?.file ?? journal.properties.file.default },
    log: { level: file.log?.level ?? log.properties.level.default },
    host: { uuid: file.host?.uuid ?? host.properties.uuid.default },
    shutdownGraceSec: file.shutdownGraceSec ?? configSchema.properties.shutdownGraceSec.default,
  }
}
