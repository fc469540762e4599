/** Requests of the management node to agents, over paths that may be cut. */
import type { Exchanged, exchange } from '../../agent/client/exchange.ts'
import type { World } from './world.ts'

const synEveryMs = 1_000

export const createExchange =
  (world: World): typeof exchange =>
  async (peer, { body = '', headers = {} }, _credentials, { connectMs, totalMs }) =>
    await new Promise<Exchanged>((resolve) => {
      const { network, schedule } = world
      const host = world.hostAt(peer.at.kind === 'tcp' ? peer.at.host : '')
      const { taskuuid: task, callbackurl: url } = headers
      let isOver = false
      const over = (outcome: Exchanged): void => {
        isOver = true
        connecting.run = undefined
        limit.run = undefined
        resolve(outcome)
      }
      const isWanted = (): boolean => !isOver
      const unanswered = (because: string): void => {
        if (!isOver) over({ kind: 'unanswered', because })
      }
      const back = (then: () => void): void => {
        network.sendReliably(host.name, 'node', isWanted, then)
      }
      const connect = (): void => {
        if (isOver) return
        if (!host.responds || !network.answers('node', host.name)) {
          schedule.after(synEveryMs, connect)
          return
        }
        connecting.run = undefined
        const { agent } = host
        const take = agent?.take
        if (agent === undefined || take === undefined) {
          unanswered('nothing listens there')
          return
        }
        const connection = {
          reset: () => {
            back(() => {
              unanswered('the connection was reset')
            })
          },
        }
        host.questions.add(connection)
        agent.process.after(network.latencyMs(), () => {
          take({
            body,
            ask: task === undefined || url === undefined ? undefined : { task, url },
            reply: (status, text) => {
              host.questions.delete(connection)
              back(() => {
                over({ kind: 'answered', status, body: text })
              })
            },
          })
        })
      }
      const connecting = schedule.after(connectMs, () => {
        unanswered('no connection')
      })
      const limit = schedule.after(totalMs, () => {
        unanswered('no whole response')
      })
      connect()
    })
