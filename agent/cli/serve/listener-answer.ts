/**
 * Whether something answers where the agent is to listen. Asked from this host, and without a
 * login.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { exchange } from '../../client/exchange.ts'
import { healthPath } from '../../contract/api/paths.ts'
import type { ListenerRule } from '../../http/admit/listener-rule.ts'

/**
 * Never rejects, and ends within `waitMs`. Nothing is asked where it would be turned away: the
 * agent would log each of these as a caller who may not ask.
 */
export const isAnswering = async (
  { at, tls, tokensFile, allowFrom }: Omit<ListenerRule, 'requestCredentials'>,
  waitMs: number,
): Promise<boolean> => {
  if (tls !== undefined) return await answersTls(at, waitMs)
  if (tokensFile !== undefined || allowFrom.length > 0) return await takesConnection(at, waitMs)
  return await answersHttp(at, waitMs)
}

type Place = ListenerRule['at']

/** In the words of Node's sockets. */
const whereIs = (at: Place) =>
  at.kind === 'unix' ? { path: at.path } : { host: at.host, port: at.port }

/** An agent that is draining takes nobody any more. */
const answersHttp = async (at: Place, waitMs: number): Promise<boolean> => {
  const peer = {
    name: '',
    domain: undefined,
    at: at.kind === 'unix' ? at : { ...at, isTls: false },
  }
  const limits = { connectMs: waitMs, totalMs: waitMs }
  const exchanged = await exchange(peer, { method: 'GET', path: healthPath }, {}, limits)
  return exchanged.kind === 'answered' && exchanged.status !== 503
}

/**
 * The agent shows its certificate before it looks at that of a caller, and here nobody looks whose
 * it is.
 */
const answersTls = async (at: Place, waitMs: number): Promise<boolean> =>
  await opens(connectTls({ ...whereIs(at), rejectUnauthorized: false }), 'secureConnect', waitMs)

const takesConnection = async (at: Place, waitMs: number): Promise<boolean> =>
  await opens(connect(whereIs(at)), 'connect', waitMs)

const opens = async (socket: Socket, opened: string, waitMs: number): Promise<boolean> =>
  await new Promise((resolve) => {
    socket.once(opened, () => {
      resolve(true)
      socket.end()
    })
    socket.setTimeout(waitMs, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => {
      resolve(false)
    })
  })
