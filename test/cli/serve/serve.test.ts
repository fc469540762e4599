import { join } from 'node:path'
import { test } from 'tap'
import { serve } from '../../../agent/cli/serve/serve.ts'
import { parseConfig } from '../../../agent/config/load.ts'
import type { Composition } from '../../../agent/compose/agent.ts'
import type { ListenerRule } from '../../../agent/http/admit/listener-rule.ts'
import { makeLog } from '../../../agent/journal/log.ts'
import { command, fenceUrl, loopback, openServer } from '../../fixtures/servers/agent-server.ts'
import { postText, rawClient } from '../../fixtures/servers/raw-http.ts'

const start = async (composition: Composition) => {
  const loaded = parseConfig({ shutdownGraceSec: 7 }, {})
  if (loaded.kind === 'faulty') throw new Error('faulty')
  const lines: string[] = []
  const log = makeLog('info', { write: (line: string) => lines.push(line) })
  return { running: await serve(loaded.config, log, composition), lines }
}

const opened = async (
  closeInterrupted: Composition['closeInterrupted'] = async () => await Promise.resolve(0),
  at: ListenerRule['at'] = loopback.at,
) => {
  const { server, listen } = openServer()
  const told: string[] = []
  const listeners = await listen([{ ...loopback, at }])
  let isOpen = false
  const composition: Composition = {
    server,
    listeners: {
      ...listeners,
      open: async (handle) => {
        const addresses = await listeners.open(handle)
        isOpen = true
        return addresses
      },
      close: async () => {
        await listeners.close()
        isOpen = false
      },
    },
    service: {
      fence: async () => await Promise.reject(new Error('not used')),
      inFlight: () => 0,
      lanes: () => ({ lanes: 0, queued: 0, runs: 0, sessions: 0 }),
      drain: async (graceMs) => {
        told.push(`drained within ${graceMs}`)
        await Promise.resolve()
      },
    },
    callbacks: {
      resume: () => 0,
      stop: async (graceMs) => {
        told.push(`callbacks stopped within ${graceMs}`)
        return await Promise.resolve(0)
      },
    },
    reload: async () => {
      await Promise.resolve()
    },
    closeInterrupted,
    close: async () => {
      told.push(isOpen ? 'closed too early' : 'closed')
      await Promise.resolve()
    },
  }
  return { composition, server, told, isOpen: () => isOpen }
}

test('answers at its address, and stops in order', async (t) => {
  const { composition, told } = await opened()
  const { running, lines } = await start(composition)
  const answer = await fetch(`${String(running.addresses[0])}${fenceUrl}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(command()),
  })
  t.match(await answer.json(), { qemuConfirmedDead: true })
  await running.stop()
  t.same(told, ['drained within 7000', 'callbacks stopped within 3000', 'closed'])
  t.match(lines.at(-1), /agent has stopped/)
})

test('connections that say nothing do not hold it', async (t) => {
  const { composition } = await opened()
  const { running } = await start(composition)
  const port = Number(new URL(String(running.addresses[0])).port)
  const mute = await rawClient({ host: '127.0.0.1', port })
  const half = await rawClient({ host: '127.0.0.1', port })
  half.socket.write(postText(fenceUrl, command()).slice(0, 30))
  await running.stop()
  await mute.closed
  await half.closed
  t.pass('both were cut')
})

test('an address that is taken rejects', async (t) => {
  const first = await opened()
  const { running } = await start(first.composition)
  const port = Number(new URL(String(running.addresses[0])).port)
  const second = await opened(undefined, { kind: 'tcp', host: '127.0.0.1', port })
  await t.rejects(start(second.composition), { code: 'EADDRINUSE' })
  await running.stop()
})

test('a socket path works as well', async (t) => {
  const path = join('/tmp', `peerfence-${process.pid}.sock`)
  const { composition } = await opened(undefined, { kind: 'unix', path })
  const { running } = await start(composition)
  t.same(running.addresses, [`unix:${path}`])
  await running.stop()
})

test('what fails while stopping is told, after everything in flight was answered', async (t) => {
  const closing = await opened()
  closing.server.addHook('onClose', async () => await Promise.reject(new Error('planted close')))
  const first = await start({
    ...closing.composition,
    service: {
      ...closing.composition.service,
      drain: async () => {
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
        closing.told.push('drained')
      },
    },
  })
  await t.rejects(first.running.stop(), /planted close/)
  t.ok(closing.told.includes('drained'))
  const draining = await opened()
  const second = await start({
    ...draining.composition,
    service: {
      ...draining.composition.service,
      drain: async () => await Promise.reject(new Error('planted drain')),
    },
  })
  await t.rejects(second.running.stop(), /planted drain/)
})

test('what an agent before it left in flight is told, once it listens', async (t) => {
  let wasListening = false
  const one = await opened(async () => {
    wasListening = one.isOpen()
    return await Promise.resolve(2)
  })
  const { composition } = one
  const { running, lines } = await start(composition)
  t.ok(wasListening, 'nobody else is there to write this journal')
  t.match(lines.join(''), /"level":"warn".*"interrupted":2/)
  await running.stop()
})

test('an agent whose journal takes nothing starts, to say so', async (t) => {
  const { composition } = await opened(async () => await Promise.reject(new Error('no space')))
  const { running, lines } = await start(composition)
  t.match(lines.join(''), /"level":"error".*no space/)
  await running.stop()
})

test('answers that an agent before it left are delivered once the journal is in order', async (t) => {
  const told: string[] = []
  const one = await opened(async () => {
    told.push('closed what was interrupted')
    return await Promise.resolve(1)
  })
  const callbacks: Composition['callbacks'] = {
    resume: () => {
      told.push(one.isOpen() ? 'resumed' : 'resumed too early')
      return 3
    },
    stop: async () => await Promise.resolve(2),
  }
  const { running, lines } = await start({ ...one.composition, callbacks })
  t.same(told, ['closed what was interrupted', 'resumed'])
  t.match(lines.join(''), /"level":"warn".*"left":3/)
  await running.stop()
  t.match(lines.join(''), /"level":"warn".*"undelivered":2/, 'and what it leaves itself is told')
})
