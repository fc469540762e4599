/** Everything that the agent can say, through a real server, as three revisions of a management node take it. */
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { doorCodes } from '../../agent/contract/error-codes.ts'
import type { DoorCode } from '../../agent/contract/error-codes.ts'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  mayProceed,
  silenceProofs,
  unreachable,
} from '../../agent/domain/verdict.ts'
import type { Verdict } from '../../agent/domain/verdict.ts'
import type { FenceRecord } from '../../agent/fence/record.ts'
import { fencePath, successorPath } from '../../agent/http/fence-route.ts'
import { command, openDesk } from '../fixtures/agent-server.ts'
import type { Desk, DeskOptions } from '../fixtures/agent-server.ts'
import { fenceRecord, fenceRequest, vmUuid } from '../fixtures/fence-records.ts'
import { openManagementNode } from '../fixtures/management-node.ts'
import type { ManagementNode } from '../fixtures/management-node.ts'
import { rawClient } from '../fixtures/raw-http.ts'
import { decisionsOn, revisions } from './decisions.ts'
import type { CallEnd } from './decisions.ts'

const row = (t: Test, cells: readonly string[]): void => {
  t.comment(cells.join(' | '))
}

const open = async (t: Test, options: DeskOptions = {}) => {
  const agent = openDesk(options)
  const node = await openManagementNode()
  const url = await agent.server.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    await node.close()
    await agent.callbacks.stop(0)
    await agent.server.close()
  })
  return { ...agent, node, url }
}

/** The ways to ask for one thing. */
const forms = {
  sync: async (node, url, body) => await node.callNow(`${url}${fencePath}`, body),
  async: async (node, url, body) => await node.call(`${url}${fencePath}`, body),
  successor: async (node, url, body) => await node.call(`${url}${successorPath}/`, body),
  'successor, sync': async (node, url, body) => await node.callNow(`${url}${successorPath}`, body),
} as const satisfies Readonly<
  Record<string, (node: ManagementNode, url: string, body: object) => Promise<CallEnd>>
>
const formNames = Object.keys(forms) as (keyof typeof forms)[]

const every = (decision: 'proceed' | 'refuse'): readonly string[] =>
  Object.keys(revisions).map(() => decision)

test('a node proceeds on the two verdicts that prove something, and on nothing else', async (t) => {
  row(t, ['what the agent says', ...Object.keys(revisions)])
  let now: Verdict = doubt('internal-error')
  const { node, url } = await open(t, {
    fence: async (request) =>
      await Promise.resolve(
        fenceRecord({
          request,
          verdict: now,
          startedAt: new Date().toISOString(),
          durationMs: 0,
        }),
      ),
  })
  const verdicts = [
    ...deathProofs.map(confirmedDead),
    ...silenceProofs.map(unreachable),
    ...doubts.map(doubt),
  ]
  let refused = 0
  for (const verdict of verdicts) {
    now = verdict
    const expected = every(mayProceed(verdict) ? 'proceed' : 'refuse')
    for (const form of formNames) {
      const end = await forms[form](node, url, command())
      t.equal(end.kind, 'answered', `${verdict.because}, ${form}`)
      t.same(decisionsOn(end), expected, `${verdict.because}, ${form}`)
      if (end.kind === 'answered') {
        t.match(end.body, /^[\x20-\x7e]+$/, 'ASCII alone')
        t.equal(JSON.stringify(JSON.parse(end.body)), end.body, 'no name twice')
      }
    }
    if (mayProceed(verdict)) row(t, [`${verdict.kind}: ${verdict.because}`, ...expected])
    else refused += 1
  }
  t.equal(refused, doubts.length)
  row(t, [`still-alive: each of ${refused} reasons`, ...every('refuse')])
  row(t, ['{}, which it never says', ...decisionsOn({ kind: 'answered', body: '{}' })])
})

test('a bug in the fence is refused in every form, and called back', async (t) => {
  const other = fenceRequest({}, { vm: vmUuid('f'.repeat(32)) })
  const rows: readonly (readonly [string, () => Promise<FenceRecord>])[] = [
    ['a rejection', async () => await Promise.reject(new Error('bug'))],
    ['no record', async () => await Promise.resolve(undefined as unknown as FenceRecord)],
    ['half a record', async () => await Promise.resolve({ request: other } as FenceRecord)],
    [
      'a record about another VM',
      async () => await Promise.resolve(fenceRecord({ request: other })),
    ],
    [
      'evidence that is no JSON',
      async () => {
        const evidence = { kind: 'own-trouble', because: 1n, toJSON: () => ({ n: 1n }) }
        return await Promise.resolve(
          fenceRecord({ trail: { address: 1n, phases: [], detail: '' }, evidence } as object),
        )
      },
    ],
  ]
  for (const [title, fence] of rows) {
    const { node, url } = await open(t, { fence })
    for (const form of formNames) {
      const end = await forms[form](node, url, command({ vmUuid: vmUuid() }))
      t.match(end, { kind: 'answered', body: /"reason":"internal-error"/ }, `${title}, ${form}`)
      t.same(decisionsOn(end), every('refuse'), `${title}, ${form}`)
    }
  }
  row(t, ['a bug in the fence', ...every('refuse')])
})

/** A request as text, for what no client library would send. */
const rawPost = (head: readonly string[], body: string): string =>
  [`POST ${fencePath} HTTP/1.1`, 'host: peer', ...head, '', body].join('\r\n')

const raw = async (url: string, text: string): Promise<CallEnd> => {
  const { port } = new URL(url)
  const client = await rawClient({ host: '127.0.0.1', port: Number(port) })
  client.socket.write(text)
  const answer = await client.received(/"rule":"[^"]*"\}$/)
  client.socket.destroy()
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { kind: 'transport-error', status: Number(head.split(' ')[1]), body }
}

const never = async (): Promise<never> => await new Promise<never>(() => undefined)
const json = 'content-type: application/json'

interface DoorCase {
  readonly options?: DeskOptions
  readonly body?: object
  /** Instead of posting the command. */
  readonly send?: (url: string, node: ManagementNode, agent: Desk) => Promise<CallEnd>
}

const doorCases: Readonly<Record<DoorCode, DoorCase>> = {
  FENCE_REQUEST_MALFORMED: { send: async (url) => await raw(url, 'no HTTP at all\r\n\r\n') },
  FENCE_BODY_NOT_JSON: {
    send: async (url) => await raw(url, rawPost([json, 'content-length: 1'], '{')),
  },
  FENCE_FIELD_MISSING: { body: { targetHostIp: '192.0.2.7' } },
  FENCE_FIELD_INVALID: { body: command({ sshTimeoutSec: '20' }) },
  FENCE_CALLER_NOT_ALLOWED: { options: { rules: { allowFrom: ['192.0.2.1'] } } },
  FENCE_TARGET_NOT_ALLOWED: { options: { rules: { networks: ['10.0.0.0/8'] } } },
  FENCE_TARGET_IS_OWN_HOST: { body: command({ targetHostIp: '198.51.100.1' }) },
  FENCE_CALLBACK_NOT_ALLOWED: {
    send: async (url, node) => {
      const headers = { callbackurl: 'http://10.0.0.1:8080/zstack/asyncrest/callback' }
      return await node.call(`${url}${fencePath}`, command(), { headers })
    },
  },
  FENCE_NO_SUCH_PATH: {
    send: async (url, node) => await node.call(`${url}/ha/fence/vm`, command()),
  },
  FENCE_METHOD_NOT_ALLOWED: {
    send: async (url, node) => await node.call(`${url}/healthz`, command()),
  },
  FENCE_REQUEST_TIMEOUT: {
    send: async (url, _node, { server }) => {
      Object.assign(server.server, { headersTimeout: 20, requestTimeout: 30 })
      return await raw(url, rawPost([json, 'content-length: 99'], '{'))
    },
  },
  FENCE_TASK_IN_USE: {
    options: { fence: never },
    send: async (url, node) => {
      const task = 'a'.repeat(32)
      void node.call(`${url}${fencePath}`, command(), { task })
      while (node.accepted() === 0) await turn()
      return await node.call(`${url}${fencePath}`, command({ vmUuid: 'f'.repeat(32) }), { task })
    },
  },
  FENCE_BODY_TOO_LARGE: { body: command({ other: 'x'.repeat(70_000) }) },
  FENCE_CONTENT_TYPE: {
    send: async (url) =>
      await raw(url, rawPost(['content-type: text/plain', 'content-length: 2'], '{}')),
  },
  FENCE_HEADERS_TOO_LARGE: {
    send: async (url) => await raw(url, rawPost([`x-long: ${'x'.repeat(33_000)}`], '')),
  },
  FENCE_INTERNAL: {
    body: command({ targetHostUuid: 'a' }),
    options: {
      own: {
        hostUuids: () => {
          throw new Error('bug')
        },
      },
    },
  },
  FENCE_BUSY: { options: { inFlight: () => 4 } },
  FENCE_CALLBACKS_FULL: { options: { callbacks: { waitingMax: 0 } } },
  FENCE_SHUTTING_DOWN: {
    send: async (url, _node, { server }) => {
      const body = JSON.stringify(command())
      const text = rawPost([json, `content-length: ${body.length}`], body)
      const client = await rawClient({ host: '127.0.0.1', port: Number(new URL(url).port) })
      const begun = once(server.server, 'request')
      client.socket.write(text.slice(0, -1))
      await begun
      const closed = server.close()
      while (server.server.listening) await turn()
      client.socket.write('}')
      const [head = '', told = ''] = (await client.closed).split('\r\n\r\n')
      await closed
      return { kind: 'transport-error', status: Number(head.split(' ')[1]), body: told }
    },
  },
}

test('what the door turns away fails at once, and would be refused even as an answer', async (t) => {
  const codes = Object.keys(doorCases) as DoorCode[]
  t.same(codes.toSorted(), Object.keys(doorCodes).toSorted(), 'every code has its case')
  for (const code of codes) {
    await t.test(code, async (t) => {
      const { options = {}, body = command(), send } = doorCases[code]
      const agent = openDesk(options)
      const node = await openManagementNode()
      const url = await agent.server.listen({ host: '127.0.0.1', port: 0 })
      t.teardown(async () => {
        await node.close()
        agent.server.server.closeAllConnections()
        await agent.server.close()
      })
      const end = await (send?.(url, node, agent) ?? forms.async(node, url, body))
      t.match(end, { kind: 'transport-error', status: doorCodes[code].status, body: code })
      t.same(decisionsOn(end), every('refuse'))
      if (end.kind === 'transport-error') {
        const asAnswer = { kind: 'answered', body: end.body } as const
        t.same(decisionsOn(asAnswer), every('refuse'), 'by one that does not look at the status')
      }
      t.equal(node.taken().length, 0, 'and nothing is called back')
    })
  }
  row(t, [`turned away: each of ${codes.length} codes`, ...every('refuse')])
  row(t, ['no callback in time', ...decisionsOn({ kind: 'timeout' })])
})
