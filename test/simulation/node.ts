/**
 * A management node that keeps the contract: it starts a VM elsewhere only on an answer to its
 * newest question about that VM that lets it proceed, and knows a task no longer once it has given
 * it up.
 */
import { askPeer, askPeers } from '../../agent/client/ask-peers.ts'
import { judgeAnswer } from '../../agent/client/judge-answer.ts'
import type { Judged } from '../../agent/client/judge-answer.ts'
import { parsePeer } from '../../agent/client/peer.ts'
import type { Peer } from '../../agent/client/peer.ts'
import { createExchange } from './exchange.ts'
import type { Host } from './host.ts'
import type { AskPlan } from './plan.ts'
import type { World } from './world.ts'

/** How much longer than the budget a callback is waited for, in ms. */
const patienceMs = 30_000

export type NodeAnswer = Judged['kind'] | 'unanswered' | 'quorum-missing' | 'given-up'

interface Question {
  readonly plan: AskPlan
  readonly host: Host
  /** Of the VM: another one, and nobody wants this answer any more. */
  readonly epoch: number
  readonly life: number
}

export class ManagementNode {
  readonly #world: World
  /** Where it believes each VM to be. */
  readonly places = new Map<string, string>()
  /**
   * VMs that it moves or starts at this moment: it does not suspect what it is just bringing up.
   */
  readonly underWay = new Set<string>()
  /** VMs that it waits for an answer about. */
  readonly asking = new Set<string>()
  readonly #epochs = new Map<string, number>()
  readonly #tasks = new Map<string, (body: string) => void>()
  #life = 0
  #tasksMade = 0
  busy = 0
  isUp = true

  constructor(world: World) {
    this.#world = world
  }

  /** Takes a callback; its status. */
  takes(task: string, body: string): number {
    if (this.busy > 0) return 503
    const waiting = this.#tasks.get(task)
    this.#world.oracle.taken(task, body, waiting !== undefined)
    if (waiting === undefined) return 404
    this.#tasks.delete(task)
    waiting(body)
    return 200
  }

  /** It forgets what it asked. */
  restart(): void {
    this.#life += 1
    this.#tasks.clear()
    this.asking.clear()
    this.isUp = false
  }

  /**
   * Undefined where nothing was asked, or the answer came to somebody who has forgotten the
   * question.
   */
  async ask(plan: AskPlan): Promise<NodeAnswer | undefined> {
    const { vm } = plan
    const place = this.places.get(vm)
    if (place === undefined || this.underWay.has(vm) || !this.isUp) return undefined
    const host = this.#world.host(place)
    const epoch = this.#bump(vm)
    const question = { plan, host, epoch, life: this.#life }
    this.asking.add(vm)
    const answer = await this.#answered(question)
    if (!this.#isCurrent(question)) return undefined
    this.asking.delete(vm)
    this.#world.say(() => `node hears about ${vm} on ${place}: ${answer.kind}${answer.words}`)
    if (answer.kind === 'confirmed-dead' || answer.kind === 'unreachable') {
      this.#startElsewhere(question, answer.kind, answer.fenceId)
    } else if (plan.isRestarted === true) this.#startAgain(question)
    return answer.kind
  }

  #bump(vm: string): number {
    const epoch = (this.#epochs.get(vm) ?? 0) + 1
    this.#epochs.set(vm, epoch)
    return epoch
  }

  #isCurrent({ plan, epoch, life }: Question): boolean {
    return this.#life === life && this.#epochs.get(plan.vm) === epoch
  }

  async #answered(question: Question): Promise<Heard> {
    const { plan, host } = question
    const { vm, budgetSec, answer, peer, retries = 0 } = plan
    this.#world.say(() => `node asks about ${vm} on ${host.name} (${answer}, ${budgetSec} s)`)
    const asked = {
      vmUuid: this.#world.uuidOf(vm),
      targetHostIp: host.address,
      targetHostUuid: host.name,
      sshTimeoutSec: budgetSec,
    }
    const config = {
      exchange: createExchange(this.#world),
      nowMs: () => this.#world.schedule.nowMs,
    }
    if (answer === 'two') {
      const peers = [this.#peer(host, peer), this.#peer(host, peer + 1)]
      const advised = await askPeers(asked, peers, { ...config, quorum: 2 })
      if (advised.kind === 'refuse') return heard('refused', ` (${advised.why})`)
      const kind = advised.kind === 'start' ? 'confirmed-dead' : 'unreachable'
      return heard(kind, '', advised.answer.fenceId)
    }
    for (let tries = 0; ; tries += 1) {
      const at = this.#peer(host, peer + tries)
      const outcome =
        answer === 'now'
          ? await askPeer(asked, at, config)
          : await this.#postTask(asked, at, question, config.exchange)
      const isOver = outcome.kind !== 'unanswered' && outcome.kind !== 'turned-away'
      if (isOver || tries >= retries || !this.#isCurrent(question)) {
        if (!('answer' in outcome)) return heard(outcome.kind)
        return heard(outcome.kind, ` (${outcome.answer.reason})`, outcome.answer.fenceId)
      }
    }
  }

  /** Hosts after the suspect, in a ring. */
  #peer(host: Host, distance: number): Peer {
    const names = [...this.#world.hosts.keys()]
    const at = names.indexOf(host.name) + 1 + (distance % (names.length - 1))
    const name = names[at % names.length] ?? ''
    const peer = parsePeer(`${this.#world.host(name).address}:7171`)
    if (peer === undefined) throw new Error('no peer')
    return peer
  }

  async #postTask(
    asked: Parameters<typeof judgeAnswer>[0] & { readonly sshTimeoutSec: number },
    peer: Peer,
    { plan }: Question,
    exchange: ReturnType<typeof createExchange>,
  ): Promise<Judged | { readonly kind: 'unanswered' }> {
    this.#tasksMade += 1
    const task = `t-${this.#tasksMade}`
    const headers = { taskuuid: task, callbackurl: `http://${this.#world.nodeAddress}:8080/cb` }
    const request = { method: 'POST', path: '/', headers, body: JSON.stringify(asked) } as const
    const limits = { connectMs: 5_000, totalMs: 10_000 }
    let answered!: (body: string | undefined) => void
    const answer = new Promise<string | undefined>((resolve) => {
      answered = resolve
    })
    this.#tasks.set(task, answered)
    if (plan.isTwice === true) {
      this.#world.schedule.after(700, () => {
        if (this.#tasks.has(task)) void exchange(peer, request, {}, limits)
      })
    }
    const accepted = await exchange(peer, request, {}, limits)
    if (accepted.kind === 'answered' && accepted.status !== 200) {
      this.#tasks.delete(task)
      return judgeAnswer(asked, accepted.status, accepted.body)
    }
    const giveUp = this.#world.schedule.after(asked.sshTimeoutSec * 1000 + patienceMs, () => {
      this.#tasks.delete(task)
      answered(undefined)
    })
    const body = await answer
    giveUp.run = undefined
    return body === undefined ? { kind: 'unanswered' } : judgeAnswer(asked, 200, body)
  }

  #startElsewhere(
    { plan, host }: Question,
    kind: 'confirmed-dead' | 'unreachable',
    fenceId: string,
  ): void {
    const { vm } = plan
    this.#bump(vm)
    const others = [...this.#world.hosts.values()].filter((one) => one !== host && one.responds)
    if (others.length === 0) return
    const target = this.#world.random.pick(others)
    this.places.set(vm, target.name)
    const afterMs = this.#world.random.int(50, 500)
    this.underWay.add(vm)
    this.#world.schedule.after(afterMs, () => {
      this.underWay.delete(vm)
      // A command that does not go through is not tried again behind anybody's back.
      if (!target.responds) return
      this.#world.oracle.proceeds(vm, host.name, kind, fenceId)
      target.start(vm, 'ha')
    })
  }

  #startAgain({ plan, host }: Question): void {
    const { vm } = plan
    if (!host.responds || !this.#world.network.answers('node', host.name)) return
    if (this.#world.storage.living(vm, host.name).length > 0) return
    this.#bump(vm)
    host.start(vm, 'in-place')
  }
}

interface Heard {
  readonly kind: NodeAnswer
  readonly words: string
  readonly fenceId: string
}

const heard = (kind: NodeAnswer, words = '', fenceId = ''): Heard => ({ kind, words, fenceId })
