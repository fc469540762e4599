/**
 * Asks neighbours to fence in our place: all VMs of one suspect that come together go to each of
 * them in one request.
 */
import type { exchange } from '../client/exchange.ts'
import type { Clock } from '../base/time/clock.ts'
import { plainText } from '../base/text/plain-text.ts'
import { vmUuidHex } from '../domain/vm-uuid.ts'
import type { NeighbourAsked } from '../fence/contact-trail.ts'
import type { NeighbourAsk, NeighbourAsking, NeighbourSaid, Neighbours } from '../fence/ports.ts'
import type { SuspectTarget } from '../fence/request.ts'
import { suspectKey } from '../fence/same-suspect.ts'
import { askNeighbour } from './ask-neighbour.ts'
import { neighbourWord } from './neighbour-answer.ts'
import { chooseNeighbours } from './neighbour.ts'
import type { Neighbour } from './neighbour.ts'

export interface NeighboursConfig {
  readonly agents: readonly Neighbour[]
  /** How many are asked about a suspect at once. */
  readonly ask: number
}

export interface NeighboursDeps {
  readonly clock: Clock
  readonly ownAgentId: string
  readonly exchange: typeof exchange
}

/** How long those who come together wait for each other, in ms. */
export const gatherMs = 20
/** As many as one request takes. */
const batchMax = 500

interface Member {
  readonly ask: NeighbourAsk
  readonly vm: string
  readonly askings: readonly Asking[]
}

interface Asking extends NeighbourAsking {
  readonly isAnswered: () => boolean
  readonly onAsked: (agentId: string) => void
  readonly settle: (said: Omit<NeighbourAsked, 'name' | 'agentId' | 'ms'>, rest?: Death) => void
  readonly agentId: () => string
}

type Death = Pick<NeighbourSaid, 'death'>

interface Batch {
  readonly members: Map<string, Member>
  readonly chosen: readonly Neighbour[]
}

export const createNeighbours = (
  { agents, ask: count }: NeighboursConfig,
  deps: NeighboursDeps,
): Neighbours => {
  const { clock } = deps
  const gathering = new Map<string, Batch>()
  const never = new AbortController().signal

  const flush = (key: string, batch: Batch): void => {
    if (gathering.get(key) === batch) gathering.delete(key)
    const members = [...batch.members.values()]
    const taken = new Set<string>()
    for (const [index, neighbour] of batch.chosen.entries()) {
      void askAbout(neighbour, index, members, taken, deps)
    }
  }

  const gather = (key: string, suspect: SuspectTarget, vm: string): Batch => {
    const known = gathering.get(key)
    if (known !== undefined && !known.members.has(vm) && known.members.size < batchMax) return known
    const batch: Batch = {
      members: new Map(),
      chosen: chooseNeighbours(agents, suspect.addresses, count),
    }
    gathering.set(key, batch)
    void clock.wait(gatherMs, never).then(() => {
      flush(key, batch)
    })
    return batch
  }

  return {
    ask: (ask) => {
      const { vm, suspect } = ask.request
      const hex = vmUuidHex(vm)
      const batch = gather(suspectKey(suspect), suspect, hex)
      const askings = batch.chosen.map(({ peer }) => createAsking(peer.name, clock))
      batch.members.set(hex, { ask, vm: hex, askings })
      return askings
    },
  }
}

/** One neighbour about all of a batch; each is answered once, whatever happens. */
const askAbout = async (
  neighbour: Neighbour,
  index: number,
  members: readonly Member[],
  taken: Set<string>,
  { exchange, ownAgentId }: NeighboursDeps,
): Promise<void> => {
  const entries = members.flatMap(({ ask, vm, askings }) =>
    askings.slice(index, index + 1).map((asking) => ({ ask, vm, asking })),
  )
  const [first] = entries
  /* c8 ignore next -- a batch begins with its first member */
  if (first === undefined) return
  const { request } = first.ask
  const callOff = new AbortController()
  // As a whole: what was asked for one VM alone cannot be taken back.
  for (const { ask, asking } of entries) {
    const onOver = (): void => {
      if (!asking.isAnswered()) callOff.abort()
    }
    if (ask.signal.aborted) onOver()
    else ask.signal.addEventListener('abort', onOver, { once: true })
  }
  const batch = {
    vms: entries.map(({ vm }) => vm),
    suspect: request.suspect,
    requestId: request.requestId,
    leftMs: () => Math.min(...entries.map(({ ask }) => ask.leftMs())),
    signal: callOff.signal,
  }
  const end = await askNeighbour(neighbour, batch, {
    exchange,
    ownAgentId,
    mayAsk: (agentId) => !taken.has(agentId),
    onAsked: (agentId) => {
      taken.add(agentId)
      for (const { asking } of entries) asking.onAsked(agentId)
    },
    onAnswer: (vm, judged) => {
      const found = entries.find((one) => one.vm === vm)
      if (found === undefined || found.asking.isAnswered()) return
      const { hostUuid, addresses } = request.suspect
      const asked = {
        vmUuid: vm,
        targetHostIp: addresses[0],
        targetHostUuid: hostUuid,
        ownAgentId,
        agentId: found.asking.agentId(),
      }
      const { death, ...said } = neighbourWord(asked, judged)
      const { askedAfterMs } = found.ask
      found.asking.settle(said, death === undefined ? {} : { death: { ...death, askedAfterMs } })
    },
  })
  for (const { asking } of entries) {
    if (asking.isAnswered()) continue
    const is = end.isBegun ? 'not-known' : 'no'
    asking.settle({ said: 'words', because: end.because, fenceId: '', killed: { is, pids: [] } })
  }
}

const createAsking = (name: string, clock: Clock): Asking => {
  const startedMs = clock.nowMs()
  let agentId = ''
  let isAnswered = false
  let resolve!: (said: NeighbourSaid) => void
  const answer = new Promise<NeighbourSaid>((tell) => {
    resolve = tell
  })
  const soFar = (): NeighbourAsked => ({
    name,
    agentId,
    fenceId: '',
    said: 'words',
    because: 'no answer yet',
    killed: { is: agentId === '' ? 'no' : 'not-known', pids: [] },
    ms: Math.round(clock.nowMs() - startedMs),
  })
  return {
    answer,
    soFar,
    agentId: () => agentId,
    isAnswered: () => isAnswered,
    onAsked: (id) => {
      agentId = id
    },
    settle: ({ because, ...said }, rest = {}) => {
      isAnswered = true
      resolve({ asked: { ...soFar(), ...said, because: plainText(because) }, ...rest })
    },
  }
}
