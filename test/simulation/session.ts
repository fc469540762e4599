/**
 * A session of an agent with a suspect: what goes over it is sent again until it arrives, or its
 * end is told.
 */
import type { Evidence } from '../../agent/domain/evidence.ts'
import type { BatchOutcome, SuspectSession } from '../../agent/fence/ports.ts'
import { never } from './agent-process.ts'
import type { SimAgent } from './agent.ts'
import type { Host } from './host.ts'
import { runProgram } from './program.ts'
import type { World } from './world.ts'

/** What a VM needs of time for a program to be started. */
const programMsMin = 500
/** Before the last budget ends. */
const tellReserveMs = 30

export const openedSession = (
  world: World,
  agent: SimAgent,
  host: Host,
  onHeard: () => void,
): SuspectSession => {
  const { network, schedule } = world
  const { process, name } = agent
  const { boot } = host
  let isOpen = true
  let isFit = true
  const runs = new Set<(isHeard: boolean) => void>()
  let tellEnd!: () => void
  const ended = new Promise<void>((resolve) => {
    tellEnd = resolve
  })
  const isWanted = (): boolean => isOpen && process.isAlive
  const end = (isHeard: boolean): void => {
    if (!isOpen) return
    isOpen = false
    isFit = false
    host.sessions.delete(connection)
    agent.sessions -= 1
    for (const tell of runs) tell(isHeard)
    tellEnd()
  }
  const hear = (): void => {
    agent.hear(host.address)
    onHeard()
  }
  const connection = {
    by: agent,
    reset: () => {
      network.sendReliably(host.name, name, isWanted, () => {
        process.after(0, () => {
          if (!isOpen) return
          hear()
          end(true)
        })
      })
    },
  }
  host.sessions.add(connection)
  agent.sessions += 1

  const fence: SuspectSession['fence'] = async (batch, signal, onSeen) => {
    if (!process.call()) await never()
    const asked = batch
      .map(({ vm, leftMs }) => ({ vm, name: world.vmNamed(vm), leftMs: leftMs() }))
      .filter(({ leftMs }) => leftMs >= programMsMin)
    if (asked.length === 0) return outcome({ kind: 'out-of-time' }, true)
    world.oracle.commandSent(agent, asked)
    let isHeard = false
    let open = asked.length
    return await new Promise<BatchOutcome>((resolve) => {
      let isOver = false
      const over = (evidence: Evidence): void => {
        if (isOver) return
        isOver = true
        runs.delete(lose)
        signal.removeEventListener('abort', cut)
        resolve(outcome(evidence, isHeard))
        // Nothing more is trusted to it.
        if (!isFit && runs.size === 0) end(false)
      }
      const lose = (heardEnd: boolean): void => {
        isHeard ||= heardEnd
        over({ kind: 'refusal', because: 'contact-lost' })
      }
      const cut = (): void => {
        isFit = false
        over({ kind: 'out-of-time' })
      }
      runs.add(lose)
      signal.addEventListener('abort', cut)
      process.after(Math.max(...asked.map(({ leftMs }) => leftMs)) - tellReserveMs, () => {
        if (!isOver) isFit = false
        lose(false)
      })
      const arrive = (): void => {
        if (!host.responds) {
          schedule.after(500, () => {
            if (isWanted()) arrive()
          })
        } else if (host.boot !== boot) connection.reset()
        else {
          for (const one of asked) {
            runProgram(world, host, one, (report) => {
              if (host.faults.cutsReports > 0) {
                connection.reset()
                return
              }
              network.sendReliably(host.name, name, isWanted, () => {
                process.after(0, () => {
                  if (!isOpen) return
                  hear()
                  isHeard = true
                  const evidence = { kind: 'report', report } as const
                  onSeen(one.vm, { evidence, detail: 'the program reported', phases: [] })
                  open -= 1
                  if (open === 0) over({ kind: 'refusal', because: 'report-missing' })
                })
              })
            })
          }
        }
      }
      network.sendReliably(name, host.name, isWanted, arrive)
    })
  }

  return {
    fence,
    inspect: async () => await Promise.reject(new Error('nobody inspects')),
    isFit: () => isFit,
    ended,
    close: () => {
      if (process.call()) end(false)
    },
  }
}

const outcome = (evidence: Evidence, wasHeard: boolean): BatchOutcome => ({
  evidence,
  detail: 'the session ended',
  phases: [],
  wasHeard,
})
