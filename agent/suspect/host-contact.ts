/** What makes the host of a session the right one, and what is remembered of it once it was. */
import { decide } from '../domain/decide.ts'
import type { ConfirmedHost, VmReport } from '../domain/evidence.ts'
import type { ConfirmedHosts } from './confirmed-hosts.ts'
import type { KnownGate } from './host-key/host-key.ts'
import type { HostPin } from './program/program.ts'
import type { ProgramAction } from './report/protocol.ts'

export interface HostContact {
  /** What the caller calls the host; empty where it did not say. */
  readonly hostUuid: string
  /** What the program is told of the key that the host has shown. */
  readonly pin: HostPin
  /**
   * To be called with each report. Where it confirms the host, resolves once that is remembered, or
   * cannot be.
   */
  readonly onReport: (action: ProgramAction, report: VmReport) => Promise<void>
}

/** Of a host that has shown this key, and has been let in with it. */
export const openHostContact = async (
  { hosts, isByPerson }: Pick<KnownGate, 'hosts' | 'isByPerson'>,
  key: Buffer,
  hostUuid: string,
  confirmed: ConfirmedHosts,
): Promise<HostContact> => {
  const uuids = await confirmed.of(hosts, key)
  const isBound = hostUuid !== '' && uuids?.includes(plainUuid(hostUuid)) === true
  const isConfirmed = isByPerson(key) || uuids !== undefined
  return {
    hostUuid,
    pin: isBound ? 'bound' : isConfirmed ? 'confirmed' : 'unconfirmed',
    onReport: async (action, report) => {
      if (!confirmsHost(action, report)) return
      await confirmed.remember(hosts, key, report.host.hostUuids)
    },
  }
}

const plainUuid = (text: string): string => text.replaceAll('-', '').toLowerCase()

/**
 * What only the key says again (`as-bound`) is remembered already, and binds nothing more to it.
 */
const confirming: readonly (ConfirmedHost | 'unconfirmed')[] = ['as-named', 'by-key']

/**
 * A drill confirms: its host was named by a person or the configuration, on a day on which nothing
 * was wrong.
 */
const confirmsHost = (action: ProgramAction, report: VmReport): boolean => {
  if (confirming.some((word) => word === report.host.is)) return true
  return (
    action === 'drill' &&
    report.host.is === 'unconfirmed' &&
    report.qemus.some(({ kill }) => kill === 'sent') &&
    decide({ kind: 'report', report }).kind === 'confirmed-dead'
  )
}
