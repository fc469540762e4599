/** One POST of an answer to the management node, over paths that may be cut. */
import type { Attempt, AttemptOutcome } from '../../agent/callback/attempt.ts'
import { never } from './agent-process.ts'
import type { SimAgent } from './agent.ts'
import type { World } from './world.ts'

export const createAttempt =
  (world: World, agent: SimAgent): Attempt =>
  async (_destination, task, body, signal) => {
    const { network, node, oracle } = world
    const { process, name } = agent
    if (!process.call()) await never()
    return await new Promise<AttemptOutcome>((resolve) => {
      let isOver = false
      const over = (outcome: AttemptOutcome): void => {
        if (isOver) return
        isOver = true
        signal.removeEventListener('abort', cut)
        resolve(outcome)
      }
      const cut = (): void => {
        over({ kind: 'unanswered', code: 'LATE' })
      }
      signal.addEventListener('abort', cut)
      // A reset discards what has not arrived.
      const isWanted = (): boolean => !isOver && process.isAlive
      const back = (outcome: AttemptOutcome): void => {
        network.sendReliably('node', name, isWanted, () => {
          process.after(0, () => {
            over(outcome)
          })
        })
      }
      oracle.answerLeaves(agent, body, task)
      network.sendReliably(name, 'node', isWanted, () => {
        if (!node.isUp) back({ kind: 'unanswered', code: 'ECONNREFUSED' })
        else back({ kind: 'answered', status: node.takes(task, body) })
      })
    })
  }
