import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { withHint } from '../../../agent/cli/by-agent.ts'
import { fenceByAgent } from '../../../agent/cli/fence/fence-by-agent.ts'
import { inFlightPath } from '../../../agent/contract/api/paths.ts'
import { dead } from '../../fixtures/servers/agent-server.ts'
import { vmHex } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'

const question = { vmUuid: vmHex, targetHostIp: '192.0.2.7' }

/** Somebody who looks; what they were shown, and a way to wait for some of it. */
const watcher = () => {
  let shown = ''
  const held: string[] = []
  let seen = (): void => undefined
  const terminal = {
    env: {},
    version: '',
    versionLine: '',
    out: () => undefined,
    err: (text: string) => {
      shown += text
      seen()
    },
    stdin: () => process.stdin,
    onInterrupt: (words: string) => {
      held.push(words)
      return () => held.push('let go')
    },
    isTerminal: true,
    isOutTerminal: true,
    isErrTerminal: true,
  }
  const until = async (words: string): Promise<void> => {
    while (!shown.includes(words)) {
      await new Promise<void>((resolve) => {
        seen = resolve
      })
    }
  }
  return { terminal, shown: () => shown, until, held }
}

test('who waits at a terminal sees the phase that the agent is at', async (t) => {
  const { terminal, shown, until, held } = watcher()
  const { socket, board } = await openSocketServer(t, {
    fence: async (request) => {
      board.enter(request.suspect, 'handshake')
      await until('handshake')
      return await dead(request)
    },
  })
  t.match(await fenceByAgent(question, socket, false, terminal), { kind: 'confirmed-dead' })
  t.match(held, [/goes on in the agent[^]*history --vm [0-9a-f]+ --last\n$/, 'let go'])
  t.match(shown(), /asked the agent, 20 s left[^]*the agent is at: handshake, (20|19) s left/)
})

test('where an agent was looked for, and what to do, is said of one that did not answer', async (t) => {
  const rows = [
    ['there is no such socket', /^\/s: there is no such socket; systemctl start/],
    ['nothing listens there (connection refused)', /; systemctl start/],
    ['the socket is not for this user', /; it is for the group peerfence/],
    ['no whole response within 5 ms', /^\/s: no whole response within 5 ms$/],
  ] as const
  for (const [because, words] of rows) {
    t.match(withHint({ kind: 'unanswered', because }, '/s'), { because: words })
  }
  t.strictSame(withHint({ kind: 'refused' }, '/s'), { kind: 'refused' })
})

test('an agent that cannot tell how far it is is waited for all the same', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peerfence-phase-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  for (const inFlight of ['{}', 'no JSON', '{"fences":[]}', undefined]) {
    const socket = join(folder, String(inFlight?.length))
    let asked = 0
    let answer = (): void => undefined
    const server = createServer((request, response) => {
      if (request.url === inFlightPath) {
        asked += 1
        if (inFlight === undefined) response.writeHead(404)
        response.end(inFlight)
        if (asked === 2) answer()
        return
      }
      answer = () => void response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    t.same(await fenceByAgent(question, socket, false, watcher().terminal), {
      kind: 'no-such-path',
    })
    await new Promise((resolve) => server.close(resolve))
  }
})
