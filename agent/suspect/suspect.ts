/** The suspect, as the use case sees it: the way from its names to a login. */
import type { Opening, OpeningEvents, Suspect } from '../fence/ports.ts'
import type { Clock } from '../base/time/clock.ts'
import type { SuspectTarget } from '../fence/request.ts'
import type { Phase } from '../fence/contact-trail.ts'
import type { VmUuid } from '../domain/vm-uuid.ts'
import { listen } from './program/command.ts'
import { loginFor } from './login/credentials.ts'
import { ending, evidenceIs, fault } from './opening-failure.ts'
import { createFenceSession } from './fence-session.ts'
import { openHostKeyGate } from './host-key/host-key.ts'
import type { HostKeyPolicy } from './host-key/host-key.ts'
import { createKnownHostsFile } from './host-key/known-hosts-file.ts'
import type { KnownHostsFile } from './host-key/known-hosts-file.ts'
import type { SessionEnd } from './session-end.ts'
import type { Logins } from './login/logins.ts'
import { createConfirmedHosts } from './confirmed-hosts.ts'
import type { ConfirmedHosts } from './confirmed-hosts.ts'
import { openHostContact } from './host-contact.ts'
import { createPhaseLog } from './phase-log.ts'
import type { PhaseLog } from './phase-log.ts'
import { race } from './reach/happy-eyeballs.ts'
import type { RaceOutcome } from './reach/happy-eyeballs.ts'
import { resolve, systemLookup } from './reach/resolve.ts'
import type { Lookup, Resolved } from './reach/resolve.ts'
import type { ProgramConfig } from './program/run-program.ts'
import { openSession } from './login/open-session.ts'
import { deadlineIn, windowIn } from '../base/time/deadline.ts'
import type { Within } from '../base/time/deadline.ts'

export interface SuspectConfig extends ProgramConfig {
  /** Below `silenceFloorMs` nothing is ever called silent. */
  readonly connectWindowMs: number
  readonly hostKeyPolicy: HostKeyPolicy
  readonly knownHostsFile: string
  readonly logins: Logins
}

export interface SuspectDeps {
  readonly clock: Clock
  readonly lookup?: Lookup
  /** Where several of these share them: there is one per file and process. */
  readonly knownHosts?: KnownHostsFile
  readonly confirmedHosts?: ConfirmedHosts
  /** Told when a login, or a run for these VMs, enters a phase. Must not throw. */
  readonly onPhase?: (suspect: SuspectTarget, phase: Phase, vms?: readonly VmUuid[]) => void
}

/** Before the budget ends, in ms: every phase has ended by then, with its own word. */
const settleReserveMs = 200
/** Before the budget ends, in ms: whatever still hangs (a disk, a resolver) is left behind. */
const answerReserveMs = 50
/** After the signal, in ms: how long a phase may take to end by itself. */
const abortGraceMs = 100

/** Never rejects, and ends before the budget. */
export const createSuspect = (
  config: SuspectConfig,
  {
    clock,
    lookup = systemLookup,
    knownHosts = createKnownHostsFile(config.knownHostsFile),
    confirmedHosts = createConfirmedHosts(config.knownHostsFile),
    onPhase,
  }: SuspectDeps,
): Suspect => {
  return {
    open: async (target, budgetMs, signal, { onAddresses, onHeard }) => {
      const log = createPhaseLog(clock, (phase) => onPhase?.(target, phase))
      const done = new AbortController()
      const stop = new AbortController()
      const within: Within = {
        clock,
        deadline: deadlineIn(budgetMs - settleReserveMs, clock),
        signal: AbortSignal.any([signal, stop.signal]),
      }
      const late = async (): Promise<Opening> => {
        const ended = AbortSignal.any([signal, done.signal])
        await clock.wait(Math.max(0, budgetMs - answerReserveMs), ended)
        if (signal.aborted) await clock.wait(abortGraceMs, done.signal)
        stop.abort()
        return ending(log, '', 'aborted')
      }
      const work = contact(target, {
        config,
        knownHosts,
        confirmedHosts,
        lookup,
        within,
        log,
        onAddresses,
        onHeard,
        onPhase: (phase, vms) => onPhase?.(target, phase, vms),
      })
      const outcome = await Promise.race([work, late()]).catch((error: unknown) =>
        fault(error, log),
      )
      done.abort()
      if (outcome.kind !== 'open') {
        stop.abort()
        // A login that came too late is nobody's.
        void work.then(closeOpened, () => undefined)
      }
      return outcome
    },
  }
}

const closeOpened = (opening: Opening): void => {
  /* c8 ignore next -- calling off ends what opens, unless both come in the same turn */
  if (opening.kind === 'open') opening.session.close()
}

type Parts = Pick<Required<SuspectDeps>, 'lookup' | 'knownHosts' | 'confirmedHosts'>

interface Context extends OpeningEvents, Parts {
  readonly config: SuspectConfig
  readonly within: Within
  readonly log: PhaseLog
  readonly onPhase: (phase: Phase, vms: readonly VmUuid[]) => void
}

const contact = async (suspect: SuspectTarget, context: Context): Promise<Opening> => {
  const { config, lookup, within, log, onAddresses } = context
  log.enter('resolve')
  const resolved = await resolve(suspect.addresses, lookup, within)
  const addresses = resolved.addresses.map(({ address }) => address)
  if (isCalledOff(within)) return ending(log, '', 'aborted')
  if (addresses.length > 0) onAddresses(addresses)
  log.enter('connect')
  const raced = await race(
    addresses,
    suspect.port,
    windowIn(config.connectWindowMs, within),
    within,
  )
  if (raced.kind === 'connected') return await loginAt(raced, resolved, suspect, context)
  if (isCalledOff(within)) return ending(log, '', 'aborted')
  if (raced.kind === 'answered') {
    const trail = log.close(raced.address, 'no connection, and the suspect answered with a reset')
    return evidenceIs({ kind: 'refusal', because: raced.because }, trail)
  }
  if (!resolved.isComplete) {
    // Silence has to be known of every address, so also of those that the name stands for.
    const trail = log.close('', 'a name of the suspect gave no address')
    return evidenceIs({ kind: 'own-trouble', because: 'name-not-resolved' }, trail)
  }
  const leftOut = resolved.leftOut.map(({ address }) => ({ address, tcp: 'not-run' as const }))
  return {
    kind: 'no-contact',
    dials: [...raced.dials, ...leftOut],
    trail: log.close('', 'no address of the suspect answered the connection'),
  }
}

const isCalledOff = ({ signal }: Within): boolean => signal.aborted

const loginAt = async (
  { address, socket }: Extract<RaceOutcome, { kind: 'connected' }>,
  resolved: Resolved,
  suspect: SuspectTarget,
  { config, knownHosts, confirmedHosts, within, log, onHeard, onPhase }: Context,
): Promise<Opening> => {
  onHeard(address)
  // Whatever hangs or breaks in here, the connection does not outlive it.
  const drop = (): void => {
    socket.destroy()
  }
  within.signal.addEventListener('abort', drop)
  const giveUp = (end: SessionEnd): Opening => {
    drop()
    return ending(log, address, end)
  }
  const login = loginFor(suspect, config.logins)
  if (typeof login === 'string') return giveUp(login)
  const name = resolved.addresses.find((one) => one.address === address)?.name
  const names = name === undefined ? [address] : [name, address]
  const hostKeys = await openHostKeyGate(names, suspect.port, config.hostKeyPolicy, knownHosts)
  if (hostKeys === 'known-hosts-unreadable') return giveUp(hostKeys)
  const plan = { ...login, hostKeys }
  const opened = await openSession(socket, plan, within, (phase) => {
    // Each phase of a login but the first is entered when the one before was answered.
    if (phase !== 'banner') onHeard(address)
    log.enter(phase)
  })
  if (opened.kind === 'ended') {
    return ending(log, address, opened.end, opened.hostKey, hostKeys.known)
  }
  const host = await openHostContact(hostKeys, opened.hostKey, suspect.hostUuid, confirmedHosts)
  within.signal.removeEventListener('abort', drop)
  listen(socket, () => {
    onHeard(address)
  })
  const { clock } = within
  const session = createFenceSession(opened.session, login, host, config, { clock, onPhase })
  return { kind: 'open', session, trail: log.close(address, login.by) }
}
