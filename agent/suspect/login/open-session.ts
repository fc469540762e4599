/** A connected socket to a login on the right host, or to the one way in which that ended. */
import type { Socket } from 'node:net'
import ssh2 from 'ssh2'
import type { Phase } from '../../fence/contact-trail.ts'
import { createAuthentication } from './authentication.ts'
import { watchIdentification } from './identification.ts'
import type { Credentials } from './credentials.ts'
import { keyExchanges } from '../host-key/host-key.ts'
import type { HostKeyGate } from '../host-key/host-key.ts'
import type { SessionEnd } from '../session-end.ts'
import { endOfClose, endOfError, isWithoutKeyType, toldEnd } from './session-fault.ts'
import type { LoginPhase } from './session-fault.ts'
import { createSession } from '../program/ssh-session.ts'
import type { Session } from '../program/ssh-session.ts'
import { watchAcks } from '../reach/acks.ts'
import type { Within } from '../../base/time/deadline.ts'

/**
 * Of the budget, in ms, what a run of the program needs at least: a login that comes later is of no
 * use. All the time before that is granted to an sshd that is slow: a reverse look-up, a directory,
 * a PAM session that waits for logind.
 */
export const runReserveMs = 1000

/** The client asks sshd for a sign of life every second, to be acknowledged: see `acks.ts`. */
const keepaliveIntervalMs = 1000
const keepaliveCountMin = 3

/**
 * After a login OpenSSH shows all its host keys, and the client has them proven. What is asked for
 * before that answer has come is answered behind it, and sshd's Nagle keeps it back until our
 * delayed ACK, 40 ms later. Who shows none is not waited for any longer than this, in ms.
 */
const hostKeysWindowMs = 20

/** What sshd may say during a login, in characters; the last of it comes before it closes. */
const bannersKept = 2048

interface LoginState {
  phase: LoginPhase
  hostKey: Buffer | undefined
  isAdmitted: boolean
  banners: string
}

export interface SessionPlan {
  readonly user: string
  readonly credentials: Credentials
  readonly hostKeys: HostKeyGate
}

export type Opened =
  | { readonly kind: 'open'; readonly session: Session; readonly hostKey: Buffer }
  | {
      readonly kind: 'ended'
      readonly end: SessionEnd
      /** The key that the suspect showed, if it came that far. */
      readonly hostKey: Buffer | undefined
    }

/**
 * Takes the socket over, and destroys it unless a session comes of it. Settles once, within the
 * budget; never rejects.
 */
export const openSession = (
  socket: Socket,
  plan: SessionPlan,
  within: Within,
  onPhase: (phase: Phase) => void,
): Promise<Opened> =>
  new Promise((resolve) => {
    const client = new ssh2.Client()
    const settled = new AbortController()
    const state: LoginState = {
      phase: 'banner',
      hostKey: undefined,
      isAdmitted: false,
      banners: '',
    }
    let greeting = (): string => ''

    const settle = (opened: Opened): void => {
      if (settled.signal.aborted) return
      settled.abort()
      if (opened.kind === 'ended') socket.destroy()
      resolve(opened)
    }
    const end = (why: SessionEnd): void => {
      settle({
        kind: 'ended',
        end: toldEnd(why, greeting(), state.banners),
        hostKey: state.hostKey,
      })
    }
    const enter = (phase: LoginPhase): void => {
      state.phase = phase
      onPhase(phase)
      const windowMs = Math.max(0, within.deadline.leftMs() - runReserveMs)
      void within.clock.wait(windowMs, settled.signal).then(() => {
        if (state.phase === phase) end(`${phase}-stalled`)
      })
    }
    const isHostKeyGood = (key: Buffer): boolean => {
      // A key exchange later in the session has to show the same key again.
      if (state.hostKey !== undefined) return state.hostKey.equals(key)
      // A copy: the client's buffer is its own to reuse.
      state.hostKey = Buffer.from(key)
      const refusal = plan.hostKeys.refusalOf(key)
      if (refusal !== undefined) end(refusal)
      return refusal === undefined
    }
    const admit = async (): Promise<boolean> => {
      /* c8 ignore next -- ssh2 asks for credentials only after a key exchange, which shows a key */
      if (state.hostKey === undefined) return false
      const refusal = await plan.hostKeys.admit(state.hostKey)
      if (refusal !== undefined) end(refusal)
      state.isAdmitted = refusal === undefined
      return state.isAdmitted
    }

    if (within.signal.aborted || socket.destroyed) {
      end(within.signal.aborted ? 'aborted' : 'connection-dropped')
      return
    }
    within.signal.addEventListener(
      'abort',
      () => {
        end('aborted')
      },
      { signal: settled.signal },
    )
    // Both stay for the life of the client: ssh2 may emit two errors, or none and only `close`.
    client.on('error', (error: Error) => {
      const isOtherType = plan.hostKeys.isPinned === true && isWithoutKeyType(error)
      end(isOtherType ? 'host-key-type' : endOfError(state.phase, error))
    })
    client.on('close', () => {
      end(endOfClose(state.phase))
    })
    client.on('handshake', () => {
      if (state.phase === 'handshake') enter('login')
    })
    client.on('banner', (text) => {
      state.banners = (state.banners + text).slice(-bannersKept)
    })
    client.on('change password', () => {
      end('password-expired')
    })
    client.on('ready', () => {
      const { hostKey, isAdmitted } = state
      if (!isAdmitted || hostKey === undefined) {
        end('login-unasked')
        return
      }
      const grant = (): void => {
        settle({ kind: 'open', session: createSession(client, socket), hostKey })
      }
      client.once('hostkeys', grant)
      void within.clock.wait(hostKeysWindowMs, settled.signal).then(grant)
    })

    watchAcks(socket, within.clock)
    try {
      client.connect({
        sock: socket,
        username: plan.user,
        readyTimeout: 0, // every phase has its own window here
        keepaliveInterval: keepaliveIntervalMs,
        // Over a connection that is alive, an sshd may take all the time that there is.
        keepaliveCountMax: Math.max(keepaliveCountMin, Math.floor(within.deadline.leftMs() / 1000)),
        algorithms: { kex: [...keyExchanges], serverHostKey: [...plan.hostKeys.algorithms] },
        hostVerifier: isHostKeyGood,
        authHandler: createAuthentication(plan.user, plan.credentials, {
          admit,
          refused: () => {
            end('login-refused')
          },
          broken: () => {
            end('login-cut-off')
          },
        }),
      })
    } catch {
      // An algorithm that this runtime lacks is thrown, not emitted; any other fault is ours, too.
      end('client-unusable')
      return
    }
    enter('banner')
    greeting = watchIdentification(
      socket,
      () => {
        enter('handshake')
      },
      () => {
        end('handshake-failed')
      },
    )
  })
