/** What the door turns away, as three revisions of a management node take it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { errorCodes } from '../../agent/contract/reply/error-codes.ts'
import type { ErrorCode } from '../../agent/contract/reply/error-codes.ts'
import { fencePath, historyPath } from '../../agent/contract/api/paths.ts'
import type { ListenerRule } from '../../agent/http/admit/listener-rule.ts'
import { command, loopback, openServer } from '../fixtures/servers/agent-server.ts'
import type { TestServerOptions, OpenServer } from '../fixtures/servers/agent-server.ts'
import { createAuthority } from '../fixtures/values/certificates.ts'
import { ask } from '../fixtures/servers/https-caller.ts'
import { openManagementNode } from '../fixtures/servers/management-node.ts'
import type { ManagementNode } from '../fixtures/servers/management-node.ts'
import { rawClient } from '../fixtures/servers/raw-http.ts'
import { decisionsOn } from './decisions.ts'
import type { CallEnd } from './decisions.ts'
import { every, forms, row } from './forms.ts'

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
  readonly options?: TestServerOptions
  readonly listener?: (t: Test) => ListenerRule
  readonly body?: object
  /** Instead of posting the command. */
  readonly send?: (url: string, node: ManagementNode, agent: OpenServer) => Promise<CallEnd>
}

const authority = createAuthority()
process.on('exit', authority.remove)

const doorCases: Readonly<Record<ErrorCode, DoorCase>> = {
  FENCE_REQUEST_MALFORMED: { send: async (url) => await raw(url, 'no HTTP at all\r\n\r\n') },
  FENCE_BODY_NOT_JSON: {
    send: async (url) => await raw(url, rawPost([json, 'content-length: 1'], '{')),
  },
  FENCE_FIELD_MISSING: { body: { targetHostIp: '192.0.2.7' } },
  FENCE_FIELD_INVALID: { body: command({ sshTimeoutSec: '20' }) },
  FENCE_PASSED_ON_NOT_TAKEN: {
    body: command({ passedOnBy: '7c9e6679-7425-40de-944b-e07fc1f90ae7' }),
  },
  FENCE_CALLER_NOT_ALLOWED: { options: { rules: { allowFrom: ['192.0.2.1'] } } },
  FENCE_TOKEN_NEEDED: {
    listener: (t) => {
      const tokensFile = join(t.testdir({}), 'tokens')
      writeFileSync(tokensFile, `mn-1 ${'0'.repeat(64)}\n`, { mode: 0o600 })
      return { ...loopback, tokensFile }
    },
  },
  FENCE_CERTIFICATE_NOT_ALLOWED: {
    listener: () => {
      const own = authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth')
      const tls = { ...own, clientCaFile: authority.caFile, clientNames: ['mn-1'] }
      return { ...loopback, tls }
    },
    send: async (url) => {
      const { status, text } = await ask(url, { ca: authority.ca, ...authority.issue('mn-2') })
      return { kind: 'transport-error', status, body: text }
    },
  },
  FENCE_NOT_SERVED_HERE: { listener: () => ({ ...loopback, serves: 'monitoring' }) },
  FENCE_CREDENTIALS_NOT_ALLOWED: {
    options: { rules: { requestCredentials: 'refuse' } },
    body: command({ targetHostPassword: 'x' }),
  },
  FENCE_CALLER_TOO_OFTEN: { options: { rules: { inFlightPerCallerMax: 0 } } },
  FENCE_TARGET_NOT_ALLOWED: { options: { networks: ['10.0.0.0/8'] } },
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
    send: async (url) => await raw(url, `POST ${fencePath} HTTP/1.1\r\nhost: peer`),
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
  FENCE_SUSPECT_BUSY: { options: { rules: { inFlightPerSuspectMax: 0 } } },
  FENCE_CALLBACKS_FULL: { options: { callbacks: { waitingMax: 0 } } },
  FENCE_HISTORY_BUSY: {
    options: { readHistory: never },
    send: async (url) => {
      const get = `GET ${historyPath} HTTP/1.1\r\nhost: peer\r\n\r\n`
      const client = await rawClient({ host: '127.0.0.1', port: Number(new URL(url).port) })
      client.socket.write(get + get)
      // As soon as both are being read a third one is turned away.
      for (;;) {
        const response = await fetch(`${url}${historyPath}`, { signal: AbortSignal.timeout(5_000) })
        const body = await response.text()
        if (response.status === 503) return { kind: 'transport-error', status: 503, body }
      }
    },
  },
  FENCE_SHUTTING_DOWN: {
    send: async (url, _node, { close }) => {
      const body = JSON.stringify(command())
      const text = rawPost([json, `content-length: ${body.length}`], body)
      const client = await rawClient({ host: '127.0.0.1', port: Number(new URL(url).port) })
      // The answer to the first says that the half of the second was read with it.
      client.socket.write(`GET /version HTTP/1.1\r\nhost: peer\r\n\r\n${text.slice(0, -1)}`)
      await client.received(/peerfence/)
      const closed = close()
      for (let i = 0; i < 50; i += 1) await turn()
      client.socket.write('}')
      const [, , head = '', told = ''] = (await client.closed).split(/\r\n\r\n|(?=HTTP)/)
      await closed
      return { kind: 'transport-error', status: Number(head.split(' ')[1]), body: told }
    },
  },
}

test('what the door turns away fails at once, and would be refused even as an answer', async (t) => {
  const codes = Object.keys(doorCases) as ErrorCode[]
  t.same(codes.toSorted(), Object.keys(errorCodes).toSorted(), 'every code has its case')
  for (const code of codes) {
    await t.test(code, async (t) => {
      const { options = {}, listener, body = command(), send } = doorCases[code]
      const { allowFrom = [], requestCredentials = 'accept' } = options.rules ?? {}
      const rule = listener?.(t) ?? { ...loopback, allowFrom, requestCredentials }
      const opened = openServer(options)
      const agent = await opened.open([rule])
      const node = await openManagementNode()
      const [url = ''] = agent.addresses
      t.teardown(async () => {
        await node.close()
        const closed = agent.close()
        agent.listeners.closeAllConnections()
        await closed
      })
      const end = await (send?.(url, node, agent) ?? forms.async(node, url, body))
      t.match(end, { kind: 'transport-error', status: errorCodes[code].status, body: code })
      t.same(decisionsOn(end), every('refuse'))
      if (end.kind === 'transport-error') {
        const asAnswer = { kind: 'answered', body: end.body } as const
        t.same(decisionsOn(asAnswer), every('refuse'), 'by one that does not look at the status')
      }
      t.equal(node.taken().length, 0, 'and nothing is called back')
      const counted = `peerfence_http_requests_rejected_total{code="${code}"} `
      const line = opened.metrics
        .text()
        .split('\n')
        .find((one) => one.startsWith(counted))
      t.match(line?.slice(counted.length), /^1$/, 'and is counted once')
    })
  }
  row(t, [`turned away: each of ${codes.length} codes`, ...every('refuse')])
  row(t, ['no callback in time', ...decisionsOn({ kind: 'timeout' })])
})
