import { test } from 'tap'
import { addressesMax, pollMs, witnessesMax } from '../../agent/probe/limits.ts'
import { createProbe } from '../../agent/probe/probe.ts'
import type { ToolEnd } from '../../agent/probe/run-tool.ts'
import type { ProbeEvidence } from '../../agent/fence/ports.ts'
import type { Clock } from '../../agent/base/time/clock.ts'
import type { CallerConnection } from '../../agent/fence/request.ts'
import { realClock } from '../../agent/base/time/real-clock.ts'

/** A kernel in words: what each command line prints. A function is asked anew at each call. */
type Script = Readonly<Record<string, ToolEnd | ((nowMs: number) => ToolEnd)>>

const says = (stdout: string, code = 0): ToolEnd => ({ kind: 'exited', code, stdout, stderr: '' })
const cutOff: ToolEnd = { kind: 'cut-off' }
const notStarted: ToolEnd = { kind: 'not-started' }
const inTurn = (...ends: readonly ToolEnd[]): (() => ToolEnd) => {
  let next = 0
  return () => ends[Math.min(next++, ends.length - 1)] ?? notStarted
}

/** Polls pass at once and move the clock; the budget ends only where a test says so. */
const fastClock = (): Clock & { readonly pass: (ms: number) => void } => {
  let nowMs = 0
  return {
    pass: (ms) => {
      nowMs += ms
    },
    nowMs: () => nowMs,
    wallTime: () => '',
    wait: async (ms, signal) => {
      if (ms !== pollMs) return await realClock.wait(ms, signal)
      nowMs += ms
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const suspect = '10.0.0.2'
const gateway = '10.0.0.254'
const route = (address: string, more = '') =>
  says(`[{"dst":"${address}","dev":"v0","prefsrc":"10.0.0.1"${more}}]`)
const linkUp = says('[{"ifname":"v0","flags":["UP","LOWER_UP"]}]')
const neighbour = (address: string, state: string, confirmed: number, updated: number) =>
  says(`[{"dst":"${address}","confirmed":${confirmed},"updated":${updated},"state":["${state}"]}]`)
const lost = (address: string, count: number) =>
  says(
    `PING ${address} (${address}) 56(84) bytes of data.\n--- ${address} ping statistics ---\n${count} packets transmitted, 0 received, 100% packet loss, time 9ms`,
    1,
  )
const unknownHost = (address: string, count: number) =>
  says(
    `PING ${address} (${address}) 56(84) bytes of data.\nFrom 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n--- ${address} ping statistics ---\n${count} packets transmitted, 0 received, +1 errors, 100% packet loss, time 9ms`,
    1,
  )
const replies = (address: string) => says(`64 bytes from ${address}: icmp_seq=1 ttl=64 time=1 ms`)

const routeOf = (address: string) => `ip -j route get ${address}`
const neighOf = (address: string) => `ip -j -s -s neigh show nud all to ${address} dev v0`
const firstPing = `ping -n -c 3 -i 0.5 -W 3 -- ${suspect}`
const nextPing = `ping -n -c 2 -i 0.2 -W 1 -- ${suspect}`
const knownPing = `ping -n -c 3 -i 0.2 -W 1 -- ${suspect}`
const anewPing = `ping -n -c 2 -i 0.2 -W 3 -- ${suspect}`
const removal = `ip -j neigh del to ${suspect} dev v0`
const gatewayProbe = `ip -j neigh change to ${gateway} dev v0 nud probe`
const gatewayPing = `ping -n -c 2 -i 0.2 -W 2 -- ${gateway}`

const none = says('[]')

/** A dead suspect that the kernel holds no entry of, and a gateway that answers. */
const deadSuspect: Script = {
  [routeOf(suspect)]: route(suspect),
  [routeOf(gateway)]: route(gateway),
  'ip -j link show dev v0': linkUp,
  'ip -j -4 route show default': says(`[{"dst":"default","gateway":"${gateway}","dev":"v0"}]`),
  [neighOf(suspect)]: says('[]'),
  [firstPing]: unknownHost(suspect, 3),
  [gatewayPing]: replies(gateway),
}

const without = (one: object, words: readonly string[]): object =>
  Object.fromEntries(Object.entries(one).filter(([key]) => !words.includes(key)))

const nobodyTakesIt = async (): Promise<boolean> => await Promise.resolve(false)

const lookWith = async (
  script: Script,
  {
    addresses = [suspect] as readonly string[],
    witnesses = [] as readonly string[],
    budgetMs = 5000,
    signal = new AbortController().signal,
    caller = undefined as CallerConnection | undefined,
    knock = nobodyTakesIt,
    takesMs = (_line: string): number => 0,
  } = {},
) => {
  const asked: string[] = []
  const clock = fastClock()
  const probe = createProbe(
    { witnesses },
    {
      clock,
      knock: async (address, port) => {
        asked.push(`knock ${address} ${port}`)
        return await knock()
      },
      run: async (tool, args) => {
        const line = [tool, ...args].join(' ')
        asked.push(line)
        const end = script[line]
        // A tool tells of the moment that it began in, and is heard when it gets the processor.
        const beganMs = clock.nowMs()
        clock.pass(takesMs(line))
        return typeof end === 'function' ? end(beganMs) : (end ?? notStarted)
      },
    },
  )
  const found = await probe.probe(addresses, budgetMs, signal, { sinceMs: 0, caller })
  return {
    addresses: found.addresses.map((one) => without(one, ['way'])),
    ways: found.addresses.map(({ way }) => way),
    witnesses: found.witnesses.map((one) => without(one, ['neighbour', 'port', 'besides'])),
    whole: found.witnesses,
    asked,
  }
}

const silence = { address: suspect, echo: 'no-neighbour', neighbour: 'unresolved' }
const seen = (address: string, answered: string, ...vouchesFor: readonly string[]) => ({
  address,
  answered,
  ...(answered === 'yes' ? { by: 'echo' } : {}),
  vouchesFor,
})
const vouched = [seen(gateway, 'yes', suspect)]

test('a dead suspect and a gateway that answers', async (t) => {
  t.match(await lookWith(deadSuspect), { addresses: [silence], witnesses: vouched })
})

const troubles: readonly [string, Script, string, string][] = [
  ['no route', { [routeOf(suspect)]: says('', 2) }, 'own-trouble', 'own-trouble'],
  [
    'a route that is not understood',
    { [routeOf(suspect)]: says('[]') },
    'own-trouble',
    'own-trouble',
  ],
  [
    'a good route and a bad exit code',
    { [routeOf(suspect)]: says(`[{"dst":"${suspect}","dev":"v0","prefsrc":"10.0.0.1"}]`, 1) },
    'own-trouble',
    'own-trouble',
  ],
  [
    'a reply, and then the route changed',
    { [firstPing]: replies(suspect), [routeOf(suspect)]: inTurn(route(suspect), says('', 2)) },
    'replied',
    'not-run',
  ],
  ['no ip tool', { [routeOf(suspect)]: notStarted }, 'own-trouble', 'own-trouble'],
  ['an ip tool that hangs', { [routeOf(suspect)]: cutOff }, 'not-run', 'not-run'],
  ['no link to ask about', { 'ip -j link show dev v0': says('', 1) }, 'own-trouble', 'own-trouble'],
  [
    'no carrier',
    { 'ip -j link show dev v0': says('[{"ifname":"v0","flags":["UP","NO-CARRIER"]}]') },
    'own-trouble',
    'own-trouble',
  ],
  ['the question for the link hangs', { 'ip -j link show dev v0': cutOff }, 'not-run', 'not-run'],
  ['no ping tool', { [firstPing]: notStarted }, 'own-trouble', 'not-run'],
  ['a ping that was killed', { [firstPing]: cutOff }, 'not-run', 'not-run'],
  ['a ping that is not understood', { [firstPing]: says('?', 1) }, 'own-trouble', 'not-run'],
  ['no neighbour table', { [neighOf(suspect)]: notStarted }, 'no-neighbour', 'not-run'],
  [
    'the route changed meanwhile',
    { [routeOf(suspect)]: inTurn(route(suspect), route(suspect, ',"gateway":"10.0.0.254"')) },
    'own-trouble',
    'own-trouble',
  ],
  [
    'the source changed meanwhile',
    {
      [routeOf(suspect)]: inTurn(
        route(suspect),
        says(`[{"dst":"${suspect}","dev":"v0","prefsrc":"10.0.0.9"}]`),
      ),
    },
    'own-trouble',
    'own-trouble',
  ],
  [
    'the carrier went meanwhile',
    { 'ip -j link show dev v0': inTurn(linkUp, linkUp, says('', 1)) },
    'own-trouble',
    'own-trouble',
  ],
  [
    'the question for the route hangs at the end',
    { [routeOf(suspect)]: inTurn(route(suspect), cutOff) },
    'not-run',
    'not-run',
  ],
  ['a reply', { [firstPing]: replies(suspect) }, 'replied', 'not-run'],
  [
    'an answer to ARP while ping does not work',
    {
      [firstPing]: notStarted,
      [neighOf(suspect)]: inTurn(says('[]'), neighbour(suspect, 'REACHABLE', 0, 0)),
    },
    'own-trouble',
    'answered',
  ],
]

test('what is no silence', async (t) => {
  for (const [name, change, echo, seen] of troubles) {
    const { addresses } = await lookWith({ ...deadSuspect, ...change })
    t.same(addresses, [{ address: suspect, echo, neighbour: seen }], name)
  }
})

test('a tool that throws is no silence', async (t) => {
  const boom = (): ToolEnd => {
    throw new Error('planted')
  }
  const at = async (line: string, first?: ToolEnd) => {
    const end = first === undefined ? boom : inTurnThen(first, boom)
    return await lookWith({ ...deadSuspect, [line]: end })
  }
  const inTurnThen = (first: ToolEnd, then: () => ToolEnd) => {
    let calls = 0
    return () => (calls++ === 0 ? first : then())
  }
  t.match((await at(routeOf(suspect))).addresses, [{ echo: 'own-trouble' }])
  t.match((await at(routeOf(suspect), route(suspect))).addresses, [{ echo: 'not-run' }])
  t.match((await at(firstPing)).addresses, [{ echo: 'not-run', neighbour: 'not-run' }])
  t.same((await at(gatewayPing)).witnesses, [seen(gateway, 'not-run')])
  t.same((await at(gatewayPing, replies(gateway))).witnesses, [seen(gateway, 'not-run')])
  t.same((await at('ip -j -4 route show default')).witnesses, [])
})

/** The kernel knows the suspect from before the fence. */
const knownSuspect: Script = {
  ...deadSuspect,
  [knownPing]: lost(suspect, 3),
  [anewPing]: unknownHost(suspect, 2),
  [removal]: says(''),
}
const reading = (...entries: readonly ToolEnd[]): Script => ({
  ...knownSuspect,
  [neighOf(suspect)]: inTurn(...entries),
})
const stale = neighbour(suspect, 'STALE', 90, 60)

test('an old entry of a suspect that answers no ping is taken away', async (t) => {
  const { addresses, asked } = await lookWith(reading(stale, stale, stale, none))
  t.same(addresses, [{ ...silence, oldEntry: 'removed' }])
  t.equal(asked.filter((line) => line === removal).length, 1)
  t.ok(asked.indexOf(knownPing) < asked.indexOf(removal), 'after the first ping')
  t.ok(asked.indexOf(removal) < asked.indexOf(anewPing), 'before the second')
})

test('an old entry of a suspect that answers a ping is left alone', async (t) => {
  const { addresses, asked } = await lookWith({
    ...reading(stale),
    [knownPing]: replies(suspect),
  })
  t.match(addresses, [{ echo: 'replied' }])
  t.notOk(asked.includes(removal))
})

test('an entry that is back after it was taken away is an answer', async (t) => {
  for (const state of ['STALE', 'REACHABLE']) {
    const back = neighbour(suspect, state, 90, 0)
    const { addresses, asked } = await lookWith({
      ...reading(stale, stale, stale, back),
      [anewPing]: lost(suspect, 2),
    })
    t.same(addresses, [
      { address: suspect, echo: 'silent', neighbour: 'answered', oldEntry: 'removed' },
    ])
    t.equal(asked.filter((line) => line === removal).length, 1, 'and is not taken away again')
  }
})

test('an entry set by hand meanwhile is not taken away', async (t) => {
  const byHand = neighbour(suspect, 'PERMANENT', 0, 0)
  const { addresses, asked } = await lookWith(reading(stale, stale, byHand))
  t.match(addresses, [{ neighbour: 'not-run', oldEntry: 'kept' }])
  t.notOk(asked.includes(removal))
})

test('an entry that was confirmed as the fence began is not told before it can be dated', async (t) => {
  const undated = neighbour(suspect, 'REACHABLE', 0, 0)
  const dated = neighbour(suspect, 'REACHABLE', 1, 0)
  const found = await lookWith(reading(undated, undated, undated, dated, dated, none))
  t.same(found.addresses, [{ ...silence, oldEntry: 'removed' }])
  const gone = await lookWith({
    ...reading(undated, undated, undated, neighbour(suspect, 'FAILED', 1, 0)),
    [nextPing]: unknownHost(suspect, 2),
  })
  const noProof = { address: suspect, echo: 'no-neighbour', neighbour: 'not-run' }
  t.same(gone.addresses, [noProof], 'nor where it is gone before that')
})

test('an entry that was dated once is waited for, where it may not be taken away', async (t) => {
  // Half a second older than the fence: in the second half of every second it looks as young as the
  // fence.
  let polls = 0
  const script = {
    ...knownSuspect,
    [neighOf(suspect)]: () => {
      polls += 1
      if (polls > 45) return neighbour(suspect, 'FAILED', 4, 0)
      const ageMs = 500 + (polls - 2) * pollMs
      return neighbour(suspect, 'REACHABLE', Math.floor(Math.max(0, ageMs) / 1000), 0)
    },
    [removal]: says('', 2),
    [nextPing]: unknownHost(suspect, 2),
  }
  const { addresses } = await lookWith(script)
  t.same(addresses, [{ ...silence, oldEntry: 'kept' }])
})

test('an entry that cannot be dated is taken away in the end, and proves nothing', async (t) => {
  // As old as the fence, to the millisecond.
  const script = (after: ToolEnd, mayRemove: boolean): Script => {
    let isRemoved = false
    let polls = 0
    return {
      ...knownSuspect,
      [removal]: () => {
        isRemoved = mayRemove
        return says('', mayRemove ? 0 : 2)
      },
      [neighOf(suspect)]: () => {
        polls += 1
        // Two reads come before the clock moves, one more before each removal.
        const ageSec = Math.floor(((polls - 2) * pollMs) / 1000)
        return isRemoved ? after : neighbour(suspect, 'REACHABLE', Math.max(0, ageSec), 0)
      },
    }
  }
  const dead = await lookWith(script(none, true))
  const noProof = { address: suspect, echo: 'no-neighbour', neighbour: 'not-run' }
  t.same(dead.addresses, [{ ...noProof, oldEntry: 'removed' }])
  const back = neighbour(suspect, 'REACHABLE', 0, 0)
  const living = await lookWith({ ...script(back, true), [anewPing]: lost(suspect, 2) })
  t.match(living.addresses, [{ neighbour: 'answered', oldEntry: 'removed' }])
  const kept = await lookWith(script(none, false))
  t.match(kept.addresses, [{ echo: 'silent', neighbour: 'not-run', oldEntry: 'kept' }])
  const reads = kept.asked.filter((line) => line === neighOf(suspect)).length
  t.ok(reads < 50, 'nor is it waited for till the end of the budget')
})

test('an entry that was confirmed inside the fence is an answer', async (t) => {
  const fresh = Array.from({ length: 12 }, () => neighbour(suspect, 'REACHABLE', 0, 0))
  const { addresses, asked } = await lookWith(reading(...fresh))
  t.match(addresses, [{ neighbour: 'answered' }])
  t.notOk(asked.includes(removal))
})

test('what a slow read tells is of the moment that it began in', async (t) => {
  // Older than the fence by less than a read takes: nobody can tell, nor call it life.
  let isRemoved = false
  const script = {
    ...knownSuspect,
    [neighOf(suspect)]: (nowMs: number) =>
      isRemoved ? none : neighbour(suspect, 'REACHABLE', Math.floor((100 + nowMs) / 1000), 0),
    [removal]: () => {
      isRemoved = true
      return says('')
    },
  }
  const takesMs = (line: string): number => (line === neighOf(suspect) ? 300 : 0)
  const { addresses } = await lookWith(script, { takesMs })
  t.same(addresses, [{ ...silence, neighbour: 'not-run', oldEntry: 'removed' }])
  // A witness that was confirmed a tenth of a second before it is asked does not vouch by that.
  const witness = neighOf(gateway)
  const late = await lookWith(
    {
      ...deadSuspect,
      [witness]: (nowMs) => neighbour(gateway, 'DELAY', Math.floor((100 + nowMs) / 1000), 0),
    },
    { takesMs: (line) => (line === witness ? 300 : 0) },
  )
  t.equal(late.whole[0]?.neighbour, 'no')
})

test('where entries may not be taken away, the kernel is waited for', async (t) => {
  const { addresses, asked } = await lookWith({
    ...reading(
      stale,
      neighbour(suspect, 'DELAY', 90, 4),
      neighbour(suspect, 'DELAY', 90, 4),
      neighbour(suspect, 'PROBE', 90, 4),
      neighbour(suspect, 'FAILED', 90, 0),
    ),
    [removal]: says('', 2),
    [nextPing]: unknownHost(suspect, 2),
  })
  t.same(addresses, [{ ...silence, oldEntry: 'kept' }])
  t.equal(asked.filter((line) => line === nextPing).length, 1)
  t.equal(asked.filter((line) => line === removal).length, 1)
})

test('a ping that was given back because another fence took the entry away proves nothing', async (t) => {
  const entries = inTurn(none, stale, stale, stale, none)
  const asked: string[] = []
  let giveBack = (): void => {}
  const isRemoved = new Promise<void>((resolve) => {
    giveBack = resolve
  })
  const probe = createProbe(
    { witnesses: [gateway] },
    {
      clock: fastClock(),
      knock: nobodyTakesIt,
      run: async (tool, args) => {
        const line = [tool, ...args].join(' ')
        asked.push(line)
        if (line === neighOf(suspect)) return entries()
        if (line === removal) giveBack()
        if (line === firstPing) {
          second = look()
          await isRemoved
        }
        const script: Script = { ...knownSuspect, [nextPing]: unknownHost(suspect, 2) }
        const end = script[line]
        return typeof end === 'function' ? end(0) : (end ?? notStarted)
      },
    },
  )
  const look = async () =>
    await probe.probe([suspect], 5000, new AbortController().signal, { sinceMs: 0 })
  let second: ReturnType<typeof look> | undefined
  t.same((await look()).addresses, [{ ...silence, way: 'arp' }])
  t.equal(asked.filter((line) => line === nextPing).length, 1, 'it had to ask once more')
  t.same((await second)?.addresses, [{ ...silence, way: 'arp', oldEntry: 'removed' }])
})

test('who takes an entry away has dated it for the others, too', async (t) => {
  const undated = neighbour(suspect, 'REACHABLE', 0, 0)
  const dated = neighbour(suspect, 'REACHABLE', 5, 0)
  const entries = inTurn(undated, dated, dated, dated, none)
  let release = (): void => {}
  const isRemoved = new Promise<void>((resolve) => {
    release = resolve
  })
  let second: Promise<ProbeEvidence> | undefined
  const script: Script = { ...knownSuspect, [nextPing]: unknownHost(suspect, 2) }
  const probe = createProbe(
    { witnesses: [gateway] },
    {
      clock: fastClock(),
      knock: nobodyTakesIt,
      run: async (tool, args) => {
        const line = [tool, ...args].join(' ')
        if (line === neighOf(suspect)) return entries()
        if (line === removal) release()
        if (line === knownPing && second === undefined) {
          second = look()
          await isRemoved
        }
        const end = script[line]
        return typeof end === 'function' ? end(0) : (end ?? notStarted)
      },
    },
  )
  const look = async () =>
    await probe.probe([suspect], 5000, new AbortController().signal, { sinceMs: 0 })
  t.same((await look()).addresses, [{ ...silence, way: 'arp', echo: 'no-neighbour' }])
  t.same((await second)?.addresses, [{ ...silence, way: 'arp', oldEntry: 'removed' }])
})

test('an entry that stays stale is not asked for ever', async (t) => {
  const { addresses } = await lookWith({
    ...knownSuspect,
    [removal]: says('', 2),
    [nextPing]: lost(suspect, 2),
    [neighOf(suspect)]: stale,
  })
  t.same(addresses, [{ address: suspect, echo: 'silent', neighbour: 'not-run', oldEntry: 'kept' }])
})

test('an entry that does not tell is waited for until the budget ends', async (t) => {
  const { addresses } = await lookWith(
    {
      ...knownSuspect,
      [removal]: says('', 2),
      [neighOf(suspect)]: neighbour(suspect, 'REACHABLE', 9e9, 60),
    },
    { budgetMs: 350 },
  )
  t.match(addresses, [{ neighbour: 'not-run' }])
})

test('no time, or an aborted request: nothing is proven', async (t) => {
  const abort = new AbortController()
  abort.abort()
  const kernel = { ...deadSuspect, [firstPing]: lost(suspect, 3) }
  const late = await lookWith(kernel, { signal: abort.signal })
  t.match(late.addresses, [{ neighbour: 'not-run' }])
  t.match((await lookWith(kernel, { budgetMs: -1 })).addresses, [{ neighbour: 'not-run' }])
})

test('what is no address is not probed', async (t) => {
  const { addresses, witnesses, asked } = await lookWith(deadSuspect, {
    addresses: ['host.example', '-c'],
  })
  t.same(addresses, [
    { address: 'host.example', echo: 'not-run', neighbour: 'not-run' },
    { address: '-c', echo: 'not-run', neighbour: 'not-run' },
  ])
  t.same(witnesses, [])
  t.same(asked, [])
  t.same((await lookWith(deadSuspect, { addresses: [] })).addresses, [])
})

test('more addresses than the limit are not probed', async (t) => {
  const addresses = Array.from({ length: addressesMax + 1 }, () => suspect)
  const found = (await lookWith(deadSuspect, { addresses })).addresses
  t.equal(found.length, addressesMax + 1)
  t.match(found.at(-1), { echo: 'not-run', neighbour: 'not-run' })
  t.match(found.at(-2), silence)
})

test('an address with a zone is asked on its interface', async (t) => {
  const { asked } = await lookWith({}, { addresses: ['fe80::2%v0'] })
  t.ok(asked.includes('ip -j route get fe80::2 oif v0'))
})

test('a witness that answers first and not at the end does not vouch', async (t) => {
  const script = {
    ...deadSuspect,
    [gatewayPing]: inTurn(replies(gateway), lost(gateway, 2)),
    [neighOf(gateway)]: says('[]'),
  }
  t.same((await lookWith(script)).witnesses, [seen(gateway, 'no', suspect)])
  const witnesses = [`${gateway}:22`]
  const knock = async (): Promise<boolean> => await Promise.resolve(true)
  const again = { ...script, [gatewayPing]: inTurn(replies(gateway), lost(gateway, 2)) }
  const byOther = await lookWith(again, { witnesses, knock })
  t.same(byOther.witnesses, [seen(gateway, 'no', suspect)], 'in the same way')
})

const witnessRows: readonly [string, Script, string][] = [
  [
    'our own address',
    { [routeOf(gateway)]: says(`[{"type":"local","dst":"${gateway}","dev":"lo"}]`) },
    'not-run',
  ],
  [
    'on another network',
    {
      [routeOf(gateway)]: says(`[{"dst":"${gateway}","dev":"v1"}]`),
      'ip -j link show dev v1': says('[{"ifname":"v1","flags":["UP","LOWER_UP"]}]'),
    },
    'not-run',
  ],
  ['ping does not work', { [gatewayPing]: notStarted }, 'not-run'],
  ['ping is cut off', { [gatewayPing]: cutOff }, 'not-run'],
  ['silent', { [gatewayPing]: lost(gateway, 2) }, 'no'],
]

test('when a gateway vouches for us', async (t) => {
  for (const [name, change, answered] of witnessRows) {
    const { witnesses } = await lookWith({ ...deadSuspect, ...change })
    t.match(witnesses, [{ address: gateway, answered }], name)
    t.equal(witnesses.length, 1, name)
  }
})

const arpRows: readonly (readonly [string, Script, string])[] = [
  ['no entry, though it answered', { [neighOf(gateway)]: none }, 'no'],
  [
    'an entry that turns failed',
    {
      [neighOf(gateway)]: inTurn(
        neighbour(gateway, 'PROBE', 90, 0),
        neighbour(gateway, 'FAILED', 90, 0),
      ),
    },
    'no',
  ],
  ['an entry set by hand', { [neighOf(gateway)]: neighbour(gateway, 'PERMANENT', 0, 0) }, 'no'],
  [
    'confirmed maybe just before it was asked',
    {
      [neighOf(gateway)]: inTurn(
        neighbour(gateway, 'REACHABLE', 0, 0),
        neighbour(gateway, 'REACHABLE', 0, 0),
        none,
      ),
    },
    'no',
  ],
  [
    'confirmed surely since it was asked',
    { [neighOf(gateway)]: neighbour(gateway, 'STALE', 0, 0) },
    'answered',
  ],
  [
    'it answers the kernel that was told to ask',
    { [gatewayProbe]: says(''), [neighOf(gateway)]: neighbour(gateway, 'REACHABLE', 9e9, 0) },
    'answered',
  ],
  [
    'it does not answer the kernel that was told to ask',
    {
      [gatewayProbe]: says(''),
      [neighOf(gateway)]: inTurn(
        neighbour(gateway, 'REACHABLE', 9e9, 0),
        neighbour(gateway, 'PROBE', 9e9, 0),
        neighbour(gateway, 'FAILED', 9e9, 0),
      ),
    },
    'no',
  ],
  [
    'confirmed long ago for as long as we watch',
    { [neighOf(gateway)]: neighbour(gateway, 'REACHABLE', 9e9, 60) },
    'no',
  ],
  ['a neighbour table that cannot be read', { [neighOf(gateway)]: notStarted }, 'not-run'],
]

test('when a gateway that answers pings has answered ARP, too', async (t) => {
  for (const [name, change, word] of arpRows) {
    const { whole } = await lookWith({ ...deadSuspect, ...change })
    t.match(whole, [{ address: gateway, answered: 'yes', by: 'echo', neighbour: word }], name)
  }
  const silentOne = { ...deadSuspect, [gatewayPing]: lost(gateway, 2) }
  const confirmed = neighbour(gateway, 'STALE', 0, 0)
  const { whole } = await lookWith({ ...silentOne, [neighOf(gateway)]: confirmed })
  t.match(whole, [{ answered: 'no', neighbour: 'not-run' }], 'ARP alone is no answer')
})

test('what a witness answered before the silence and not after it, it has not answered', async (t) => {
  const good = { [gatewayProbe]: says('') }
  const reachable = neighbour(gateway, 'REACHABLE', 9e9, 0)
  for (const entries of [inTurn(reachable, reachable, none), inTurn(none, reachable)]) {
    const { whole } = await lookWith({ ...deadSuspect, ...good, [neighOf(gateway)]: entries })
    t.match(whole, [{ answered: 'yes', neighbour: 'no' }])
  }
  for (const turns of [
    [true, false],
    [false, true],
  ]) {
    const { whole } = await lookWith(deadSuspect, {
      witnesses: [`${gateway}:22`],
      knock: async () => await Promise.resolve(turns.shift() ?? false),
    })
    t.match(whole, [{ answered: 'yes', by: 'echo', port: 'no' }])
  }
})

test('a port that is named for a witness is knocked at', async (t) => {
  const taken = async (): Promise<boolean> => await Promise.resolve(true)
  const witnesses = [`${gateway}:2222`]
  const both = await lookWith(deadSuspect, { witnesses, knock: taken })
  t.match(both.whole, [{ address: gateway, by: 'echo', port: 'answered', besides: [suspect] }])
  t.ok(both.asked.includes(`knock ${gateway} 2222`))
  const filtered = { ...deadSuspect, [gatewayPing]: lost(gateway, 2) }
  const portAlone = await lookWith(filtered, { witnesses, knock: taken })
  t.match(portAlone.whole, [{ answered: 'yes', by: 'port', port: 'answered' }])
  const neither = await lookWith(filtered, { witnesses })
  t.match(neither.whole, [{ answered: 'no', port: 'no' }])
  const unnamed = await lookWith(deadSuspect)
  t.match(unnamed.whole, [{ port: 'not-named' }])
})

test('a witness stands beside the suspects of its own subnet alone', async (t) => {
  const other = '10.0.1.2'
  const script = { ...deadSuspect, [routeOf(other)]: route(other) }
  const { whole } = await lookWith(script, { addresses: [suspect, other] })
  t.match(whole, [{ vouchesFor: [suspect, other], besides: [suspect] }])
})

test('the way to an address is told', async (t) => {
  const far = '10.9.0.2'
  const ipv6 = 'fd00::2'
  const { ways } = await lookWith(
    {
      ...deadSuspect,
      [routeOf(far)]: route(far, `,"gateway":"${gateway}"`),
      [routeOf(ipv6)]: route(ipv6),
    },
    { addresses: [suspect, far, ipv6, '10.8.0.1', 'a.name'] },
  )
  t.same(ways, ['arp', 'routed', 'nd', 'not-known', 'not-known'])
})

test('a witness over IPv6 is asked for no ARP', async (t) => {
  const own6 = 'fd00::9'
  const suspect6 = 'fd00::2'
  const { whole, asked } = await lookWith(
    {
      ...deadSuspect,
      [routeOf(suspect6)]: route(suspect6),
      [routeOf(own6)]: route(own6),
      [`ping -n -c 2 -i 0.2 -W 2 -- ${own6}`]: replies(own6),
    },
    { addresses: [suspect6], witnesses: [own6] },
  )
  t.match(whole, [{ answered: 'yes', neighbour: 'not-run' }])
  t.notOk(asked.includes(neighOf(own6)))
})

test('a filter of ours that names the suspect is told, and only where nobody answered', async (t) => {
  const script = {
    ...deadSuspect,
    'nft list ruleset': says(`table inet f {\n  ip saddr ${suspect} drop\n}`),
  }
  t.match((await lookWith(script)).addresses, [{ ownFilter: 'names-it' }])
  const { addresses, asked } = await lookWith({ ...script, [firstPing]: replies(suspect) })
  t.notMatch(addresses, [{ ownFilter: /./ }])
  t.notOk(asked.includes('nft list ruleset'))
  const boom = (): ToolEnd => {
    throw new Error('planted')
  }
  const broken = await lookWith({ ...deadSuspect, 'nft list ruleset': boom })
  t.match(broken.addresses, [silence], 'a tool that throws finds nothing')
  const named = await lookWith(script, { addresses: ['a.name'] })
  t.notMatch(named.addresses, [{ ownFilter: /./ }])
})

test('a witness that is asked for when the look is called off was not asked', async (t) => {
  const calledOff = new AbortController()
  const script = {
    ...deadSuspect,
    // The end comes while it is asked: a budget of no time at all would race with this test's
    // clock.
    [neighOf(gateway)]: () => {
      calledOff.abort()
      return neighbour(gateway, 'DELAY', 9e9, 60)
    },
  }
  const { whole } = await lookWith(script, { signal: calledOff.signal })
  t.match(whole, [{ neighbour: 'not-run' }])
})

test('configured witnesses are asked instead of the gateways', async (t) => {
  const other = '10.0.0.7'
  const script = {
    ...deadSuspect,
    [routeOf(other)]: route(other),
    [`ping -n -c 2 -i 0.2 -W 2 -- ${other}`]: replies(other),
  }
  const { witnesses } = await lookWith(script, {
    witnesses: [other, 'name.example', suspect, other],
  })
  t.same(witnesses, [seen(other, 'yes', suspect), seen('name.example', 'not-run')])
})

test('more witnesses than the limit are not asked', async (t) => {
  const many = Array.from({ length: witnessesMax + 3 }, (_, index) => `10.0.1.${index}`)
  t.equal((await lookWith(deadSuspect, { witnesses: many })).witnesses.length, witnessesMax)
})

test('behind a gateway only that gateway, or somebody behind it, vouches', async (t) => {
  const far = '10.9.0.2'
  const beyond = '10.9.1.2'
  const otherWay = '10.9.2.2'
  const by = (address: string, hop: string) => route(address, `,"gateway":"${hop}"`)
  const asks = (address: string) => `ping -n -c 2 -i 0.2 -W 2 -- ${address}`
  const script = {
    ...deadSuspect,
    [routeOf(far)]: by(far, gateway),
    [routeOf(beyond)]: by(beyond, gateway),
    [routeOf(otherWay)]: by(otherWay, '10.0.0.253'),
    [routeOf('10.0.0.7')]: route('10.0.0.7'),
    [`ping -n -c 4 -i 1 -W 2 -- ${far}`]: lost(far, 4),
    [asks(beyond)]: lost(beyond, 2),
    [asks(otherWay)]: replies(otherWay),
    [asks('10.0.0.7')]: replies('10.0.0.7'),
  }
  const addresses = [far]
  const found = await lookWith(script, { addresses })
  t.same(found.addresses, [{ address: far, echo: 'silent', neighbour: 'off-link' }])
  t.same(found.witnesses, [seen(gateway, 'yes', far)])
  const witnesses = [gateway, beyond, otherWay, '10.0.0.7']
  t.same((await lookWith(script, { addresses, witnesses })).witnesses, [
    seen(gateway, 'yes', far),
    seen(beyond, 'no', far),
    seen(otherWay, 'not-run'),
    seen('10.0.0.7', 'not-run'),
  ])
  const mixed = await lookWith(script, { addresses: [far, suspect], witnesses: ['10.0.0.7'] })
  t.same(mixed.witnesses, [seen('10.0.0.7', 'yes', suspect)], 'only for the address on its wire')
  const all = await lookWith(script, { addresses: [far, suspect] })
  t.same(all.witnesses, [seen(gateway, 'yes', far, suspect)])
})

test('IPv4 does not vouch for IPv6', async (t) => {
  const suspect6 = 'fd00::2'
  const { witnesses } = await lookWith(
    { ...deadSuspect, [routeOf(suspect6)]: route(suspect6) },
    { addresses: [suspect6], witnesses: [gateway] },
  )
  t.same(witnesses, [seen(gateway, 'not-run')])
})

const caller = {
  remoteAddress: '10.0.0.9',
  remotePort: 40_000,
  localAddress: '10.0.0.1',
  localPort: 7171,
}
const callerPing = 'ping -n -c 2 -i 0.2 -W 2 -- 10.0.0.9'
const socketOf = 'ss -n -t -i ( sport = :7171 and dport = :40000 )'
const acked = (agoMs: number) =>
  says(`ESTAB 0 0 10.0.0.1:7171 10.0.0.9:40000\n\t cubic lastsnd:9 lastack:${agoMs} rto:204\n`)
/** No gateway and no ping of the caller: only its connection can tell. */
const callerOnly: Script = {
  ...deadSuspect,
  'ip -j -4 route show default': none,
  [routeOf('10.0.0.9')]: route('10.0.0.9'),
  [callerPing]: lost('10.0.0.9', 2),
  [neighOf('10.0.0.9')]: none,
}

test('the caller is a witness beside the others', async (t) => {
  const script = { ...deadSuspect, ...callerOnly, [callerPing]: replies('10.0.0.9') }
  const alone = await lookWith(script, { caller })
  t.same(alone.witnesses, [seen('10.0.0.9', 'yes', suspect)])
  t.notOk(alone.asked.includes(socketOf), 'its connection is not looked at where it answers a ping')
  const two = await lookWith(script, { caller, witnesses: [gateway, '10.0.0.9'] })
  t.same(two.witnesses, [seen(gateway, 'yes', suspect), seen('10.0.0.9', 'yes', suspect)])
  const own = await lookWith(script, { caller: { ...caller, remoteAddress: suspect } })
  t.same(own.witnesses, [], 'but not where it is the suspect')
})

test('the caller’s connection vouches where the caller answers no ping', async (t) => {
  const rows: readonly (readonly [string, ToolEnd | (() => ToolEnd), string, string?])[] = [
    ['acknowledged just before it was asked, and gone', inTurn(acked(0), says('')), 'no'],
    ['acknowledged since it was asked', inTurn(acked(900), acked(950), acked(10)), 'yes', 'tcp'],
    ['acknowledged before it was asked, for as long as we watch', acked(90_000), 'no'],
    ['no such connection any more', says('State Recv-Q Send-Q\n'), 'no'],
    ['no ss', notStarted, 'no'],
    ['ss that fails', says('', 1), 'no'],
  ]
  for (const [name, end, answered, by] of rows) {
    const { witnesses } = await lookWith({ ...callerOnly, [socketOf]: end }, { caller })
    t.match(
      witnesses,
      [{ address: '10.0.0.9', answered, ...(by === undefined ? {} : { by }) }],
      name,
    )
  }
  const later = inTurn(acked(900), acked(10), says(''))
  const { witnesses } = await lookWith({ ...callerOnly, [socketOf]: later }, { caller })
  t.match(witnesses, [{ answered: 'no' }], 'and it has to do so again after the silence')
})

test('a caller behind a gateway is asked for no ARP', async (t) => {
  const script = {
    ...callerOnly,
    [routeOf('10.0.0.9')]: route('10.0.0.9', ',"gateway":"10.0.0.254"'),
    [socketOf]: says(''),
  }
  const { witnesses, asked } = await lookWith(script, { caller })
  t.match(witnesses, [{ answered: 'no' }])
  t.notOk(asked.includes(neighOf('10.0.0.9')))
})
