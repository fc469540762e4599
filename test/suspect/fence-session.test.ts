import { setTimeout as turn } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import type { ServerChannel } from 'ssh2'
import type { BatchVm, SuspectSession, VmSeen } from '../../agent/fence/ports.ts'
import { createFenceSession, reuseWindowMs } from '../../agent/suspect/fence-session.ts'
import type { ProgramConfig } from '../../agent/suspect/program/run-program.ts'
import { someVm, uuid } from '../fixtures/values/evidence.ts'
import { sessionOn } from '../fixtures/servers/open-session.ts'
import { numbered, readRequest, reportBodies, reportText } from '../fixtures/values/report-text.ts'
import { finish, readStdin, startSuspectHost } from '../fixtures/servers/suspect-host.ts'
import type { Shell, SuspectHostOptions } from '../fixtures/servers/suspect-host.ts'
import { createWallClock } from '../fixtures/worlds/wall-clock.ts'
import { namedHost } from '../fixtures/named-host.ts'

const otherVm = uuid('99999999-2222-4333-8444-555555555555')
const never = new AbortController().signal

const rules: ProgramConfig = {
  programText: '# the program\n',
  own: { machineId: 'm', bootId: 'b' },
  holdMs: 500,
  pidNamespace: 'initial',
  pageCache: 'report',
  helpers: 'refuse',
  sharedFileSystems: [],
  quarantine: 'optional',
  quarantineSec: 0,
}

const openOn = async (
  t: Test,
  options: SuspectHostOptions,
  speed = 1,
  host = namedHost(),
): Promise<{ readonly session: SuspectSession; readonly commands: readonly string[] }> => {
  const { port, commands } = await startSuspectHost(t, options)
  const session = createFenceSession(
    await sessionOn(t, port),
    { user: 'root', program: 'sent', by: 'by ssh.logins/3: ' },
    host,
    rules,
    { clock: createWallClock(speed) },
  )
  return { session, commands }
}

const fence = async (session: SuspectSession, batch: readonly BatchVm[], signal = never) => {
  const told: (VmSeen & { readonly vm: string })[] = []
  const rest = await session.fence(batch, signal, (vm, seen) => told.push({ vm, ...seen }))
  return { told, rest }
}

/** Answers once the whole request is there. */
const answering =
  (answer: (shell: Shell, stdin: string) => void) =>
  (shell: Shell): void => {
    readStdin(shell.channel, (stdin) => {
      answer(shell, stdin)
    })
  }

const batch = [
  { vm: someVm, leftMs: () => 20_000 },
  { vm: otherVm, leftMs: () => 9_000 },
]

/** One run's text for both, the frame of the first alone, or nothing. */
const textFor = (stdin: string, frames: 0 | 1 | 2): string => {
  const { nonce } = readRequest(stdin)
  const [first, second] = [someVm, otherVm].map((vm) => reportBodies(vm))
  if (first === undefined || second === undefined) throw new Error('two')
  const head = [first[0]?.replace('vms=1', 'vms=2') ?? '', ...first.slice(1, 3)]
  const both = [...head, ...first.slice(3, -1), ...second.slice(3, -1)]
  const bodies = {
    0: head,
    1: both.slice(0, first.length - 1),
    2: [...both, `end lines=${both.length + 1}`],
  }
  return numbered(nonce, bodies[frames]).join('')
}

test('each VM is told of as soon as its report is whole', async (t) => {
  const held: Shell[] = []
  const { session } = await openOn(t, {
    shell: answering((shell, stdin) => {
      shell.channel.write(textFor(stdin, 1))
      held.push(shell)
    }),
  })
  const told: string[] = []
  const running = session.fence(batch, never, (vm, { evidence, detail, phases }) => {
    told.push(vm)
    t.equal(evidence.kind, 'report')
    t.equal(detail, 'by ssh.logins/3: the program reported')
    t.same(
      phases.map(({ phase }) => phase),
      ['channel', 'run'],
    )
    held[0]?.channel.exit(3)
    held[0]?.channel.end()
  })
  const rest = await running
  t.same(told, [someVm], 'while the run goes on')
  t.match(rest, {
    evidence: { kind: 'refusal', because: 'program-failed' },
    detail: /^by ssh\.logins\/3: the program ended with code 3/,
    wasHeard: true,
  })
  t.ok(session.isFit(), 'a program that failed is no fault of the session')
})

test('the program gets what each budget leaves, and not those whose budget is too short', async (t) => {
  const asked: string[] = []
  const { session, commands } = await openOn(t, {
    shell: answering(({ channel }, stdin) => {
      asked.push(stdin)
      const { nonce, vms } = readRequest(stdin)
      finish(channel, vms.length === 2 ? textFor(stdin, 2) : reportText(nonce, vms[0] ?? ''))
    }),
  })
  const { told } = await fence(session, batch)
  t.equal(told.length, 2)
  t.match(asked[0], new RegExp(`\\nvm=${someVm} 19250\\nvm=${otherVm} 8250\\ngo\\n$`))
  t.match(asked[0], '\nhost_uuid=the-host\n')
  t.match(asked[0], '\naction=fence\n')
  const short = { vm: otherVm, leftMs: () => 999 }
  const { rest } = await fence(session, [short])
  t.match(rest, { evidence: { kind: 'out-of-time' } })
  t.equal(commands.length, 1, 'nothing was begun')
  const [first] = batch
  if (first === undefined) throw new Error('two')
  const { told: both } = await fence(session, [short, first])
  t.match(both, [
    { vm: otherVm, evidence: { kind: 'out-of-time' } },
    { vm: someVm, evidence: { kind: 'report' } },
  ])
  t.notMatch(asked[1], otherVm)
})

/** The VMs that each command was told, in the order of their ends. */
const toldTo = async (
  t: Test,
  user: string,
  exec: (accept: () => ServerChannel, command: number) => void,
) => {
  const told: (readonly string[])[] = []
  let commands = 0
  const host = await startSuspectHost(t, {
    onExec: (accept) => {
      commands += 1
      exec(() => {
        const channel = accept()
        readStdin(channel, (stdin) => {
          told.push(readRequest(stdin).vms)
          finish(channel, '', 3)
        })
        return channel
      }, commands)
    },
  })
  const session = createFenceSession(
    await sessionOn(t, host.port),
    { user, program: 'sent', by: '' },
    namedHost(),
    rules,
    { clock: createWallClock(1) },
  )
  const startedMs = performance.now()
  const leftOf = (ms: number) => () => startedMs + ms - performance.now()
  const hasty = { vm: someVm, leftMs: leftOf(1_800) }
  const { told: seen } = await fence(session, [hasty, { vm: otherVm, leftMs: leftOf(9_000) }])
  t.match(seen, [{ vm: someVm, evidence: { kind: 'out-of-time' } }])
  session.close()
  return told
}

test('a channel that is granted late is told nothing about a VM whose fence is over', async (t) => {
  const told = await toldTo(t, 'root', (accept) => {
    setTimeout(accept, 1_500)
  })
  t.same(told, [[otherVm]])
})

test('after a sudo that hung, the second way is told nothing about a VM whose fence is over', async (t) => {
  const told = await toldTo(t, 'ops', (accept, command) => {
    if (command > 1) accept()
    else setTimeout(() => finish(accept(), '', 1, 'sudo: a password is required\n'), 1_500)
  })
  t.same(told, [[otherVm]])
})

test('a run ends with its longest budget, and lets go of the suspect', async (t) => {
  const closed: Promise<unknown>[] = []
  const { session } = await openOn(
    t,
    {
      shell: ({ socket }) => {
        closed.push(new Promise((resolve) => socket.on('close', resolve)))
      },
    },
    20,
  )
  const { rest, told } = await fence(session, batch)
  t.same(told, [])
  t.match(rest, { evidence: { kind: 'refusal', because: 'report-missing' } })
  t.notOk(session.isFit(), 'it may hang')
  t.equal(closed.length, 1)
  await Promise.all(closed)
  await session.ended
})

test('an abort ends a run', async (t) => {
  const stop = new AbortController()
  const { session } = await openOn(t, {
    shell: () => {
      stop.abort()
    },
  })
  t.match((await fence(session, batch, stop.signal)).rest, { evidence: { kind: 'out-of-time' } })
})

test('a session that was open before has to answer soon', async (t) => {
  let commands = 0
  const { session } = await openOn(t, {
    onExec: (accept) => {
      commands += 1
      if (commands > 1) return
      const channel = accept()
      readStdin(channel, (stdin) => {
        finish(channel, textFor(stdin, 2))
      })
    },
  })
  t.equal((await fence(session, batch)).told.length, 2)
  const startedMs = performance.now()
  const { rest } = await fence(session, batch)
  t.match(rest, { evidence: { kind: 'refusal', because: 'contact-lost' } })
  const tookMs = performance.now() - startedMs
  t.ok(tookMs >= reuseWindowMs - 5 && tookMs < 5_000, `${Math.round(tookMs)} ms`)
})

test('whether anything was heard', async (t) => {
  const text = ({ channel }: Shell, stdin: string): void => {
    const { nonce, vm } = readRequest(stdin)
    finish(channel, reportText(nonce, vm))
  }
  const one = [{ vm: someVm, leftMs: () => 20_000 }]
  let silent = false
  const { session } = await openOn(t, {
    onSession: (accept, _reject, socket) => {
      if (silent) {
        // The suspect has gone: it takes nothing and says nothing more.
        socket.pause()
        return
      }
      accept().on('exec', (acceptExec) => {
        const channel = acceptExec()
        readStdin(channel, (stdin) => {
          text({ channel } as Shell, stdin)
        })
      })
    },
  })
  t.equal((await fence(session, one)).told.length, 1)
  silent = true
  t.match((await fence(session, one)).rest, { wasHeard: false })
  const reset = await openOn(t, {
    onSession: (_accept, _reject, socket) => socket.resetAndDestroy(),
  })
  t.match((await fence(reset.session, one)).rest, {
    evidence: { because: 'contact-lost' },
    wasHeard: true,
  })
})

test('a look, a lift and a drill are asked for as such, and told with the tools of the host', async (t) => {
  const tools = 'tools epoch=1000 bash=5.2 kernel=6.1.0 pgrep=4.0.2 sessions=10 startups=10:30:100'
  for (const [action, extra] of [
    ['look', [tools]],
    ['unfence', [tools]],
    ['drill', []],
  ] as const) {
    const asked: string[] = []
    const { session } = await openOn(t, {
      shell: answering(({ channel }, stdin) => {
        asked.push(stdin)
        const { nonce, vm } = readRequest(stdin)
        const bodies = reportBodies(vm, [], (line) => line.replace('=fence', `=${action}`))
        const end = `end lines=${bodies.length + extra.length}`
        finish(channel, numbered(nonce, [...bodies.slice(0, -1), ...extra, end]).join(''))
      }),
    })
    const what = action === 'drill' ? { action } : ({ action, vm: someVm } as const)
    const seen = await session.inspect(what, 9_000, never)
    t.match(asked[0], `\naction=${action}\n`)
    // What a drill kills bears a uuid that nothing else has.
    t.equal(asked[0]?.includes(someVm), action !== 'drill')
    t.equal(seen.evidence.kind, 'report')
    t.equal(seen.tools?.sshdStartups, action === 'drill' ? undefined : '10:30:100')
  }
})

test('a drill has ended when it is remembered that its host was confirmed, or soon after', async (t) => {
  const reporting = answering(({ channel }, stdin) => {
    const { nonce, vm } = readRequest(stdin)
    const bodies = reportBodies(vm, [], (line) => line.replace('=fence', '=drill'))
    finish(channel, numbered(nonce, bodies).join(''))
  })
  const told: string[] = []
  const remembering = async (action: string): Promise<void> => {
    await turn(100)
    told.push(action)
  }
  const { session } = await openOn(t, { shell: reporting }, 1, namedHost({ onReport: remembering }))
  await session.inspect({ action: 'drill' }, 9_000, never)
  t.same(told, ['drill'])
  const { session: hanging } = await openOn(
    t,
    { shell: reporting },
    1,
    namedHost({ onReport: async () => await new Promise(() => undefined) }),
  )
  t.match(await hanging.inspect({ action: 'drill' }, 9_000, never), {
    evidence: { kind: 'report' },
  })
})

test('no two drills bear the same uuid', async (t) => {
  const vms = new Set<string>()
  for (let times = 0; times < 2; times += 1) {
    const { session } = await openOn(t, {
      shell: answering(({ channel }, stdin) => {
        vms.add(readRequest(stdin).vm)
        finish(channel, '')
      }),
    })
    await session.inspect({ action: 'drill' }, 9_000, never)
  }
  t.equal(vms.size, 2)
})

test('what a look meets instead of a report', async (t) => {
  const { session } = await openOn(t, {
    shell: answering(({ channel }) => {
      finish(channel, 'nothing', 127)
    }),
  })
  t.match(await session.inspect({ action: 'look', vm: someVm }, 9_000, never), {
    evidence: { kind: 'refusal', because: 'report-missing' },
    tools: undefined,
  })
})
