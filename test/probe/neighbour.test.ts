import { test } from 'tap'
import { readNeighbour } from '../../agent/probe/neighbour-json.ts'
import type { Neighbour } from '../../agent/probe/neighbour-json.ts'
import {
  isSurelyBefore,
  isSurelyWithin,
  judgeNeighbour,
} from '../../agent/probe/neighbour-judge.ts'
import type { NeighbourJudgement, Round } from '../../agent/probe/neighbour-judge.ts'

// Recorded from iproute2 6.1 on Linux 6.18: `ip -s -s -j neigh show nud all to ADDRESS dev v0`.
const entry = (state: string, more = '') =>
  `[{"dst":"10.77.0.2","lladdr":"02:a3:fd:56:5a:6c","refcnt":1,"used":0,"confirmed":4,"updated":1,"probes":4${more},"state":["${state}"]}]`

const texts: readonly [string, string, Neighbour][] = [
  ['reachable', entry('REACHABLE'), { kind: 'known', state: 'REACHABLE', confirmedSec: 4 }],
  ['stale', entry('STALE'), { kind: 'known', state: 'STALE', confirmedSec: 4 }],
  ['delay', entry('DELAY'), { kind: 'known', state: 'DELAY', confirmedSec: 4 }],
  ['probe', entry('PROBE'), { kind: 'known', state: 'PROBE', confirmedSec: 4 }],
  [
    'failed',
    '[{"dst":"10.77.0.2","used":2,"confirmed":63,"updated":0,"probes":6,"state":["FAILED"]}]',
    { kind: 'failed', updatedSec: 0 },
  ],
  [
    'incomplete',
    '[{"dst":"10.77.0.2","refcnt":1,"used":1,"confirmed":62,"updated":2,"probes":6,"state":["INCOMPLETE"]}]',
    { kind: 'asked', updatedSec: 2 },
  ],
  ['no entry', '[]', { kind: 'absent' }],
  ['set by hand', entry('PERMANENT'), { kind: 'fixed' }],
  ['a link without resolution', entry('NOARP'), { kind: 'fixed' }],
  ['kept by the kernel for good', entry('REACHABLE', ',"managed":null'), { kind: 'fixed' }],
  ['kept by a control plane', entry('REACHABLE', ',"extern_learn":null'), { kind: 'fixed' }],
  ['no output', '', { kind: 'unreadable' }],
  [
    'text for people',
    '10.77.0.2 dev v0 lladdr 76:35:e2:59:1d:11 REACHABLE',
    { kind: 'unreadable' },
  ],
  ['another address', entry('FAILED').replace('10.77.0.2', '10.77.0.3'), { kind: 'unreadable' }],
  ['no address', '[{"state":["FAILED"],"confirmed":1,"updated":1}]', { kind: 'unreadable' }],
  [
    'two entries',
    '[{"dst":"10.77.0.2","state":["FAILED"]},{"dst":"10.77.0.2","state":["FAILED"]}]',
    { kind: 'unreadable' },
  ],
  ['no state', '[{"dst":"10.77.0.2","confirmed":1,"updated":1}]', { kind: 'unreadable' }],
  [
    'two states',
    '[{"dst":"10.77.0.2","confirmed":1,"updated":1,"state":["FAILED","STALE"]}]',
    { kind: 'unreadable' },
  ],
  [
    'a state that is no text',
    '[{"dst":"10.77.0.2","confirmed":1,"updated":1,"state":[1]}]',
    { kind: 'unreadable' },
  ],
  ['an unknown state', entry('NEW'), { kind: 'unreadable' }],
  [
    'no ages, as without -s -s',
    '[{"dst":"10.77.0.2","lladdr":"76:35:e2:59:1d:11","state":["REACHABLE"]}]',
    { kind: 'unreadable' },
  ],
  [
    'an age that is no number',
    entry('FAILED').replace('"updated":1', '"updated":"1"'),
    { kind: 'unreadable' },
  ],
  [
    'an age below zero',
    entry('FAILED').replace('"updated":1', '"updated":-1'),
    { kind: 'unreadable' },
  ],
  ['a list of something else', '[1]', { kind: 'unreadable' }],
]

test('what an entry of the neighbour table is', async (t) => {
  for (const [name, text, expected] of texts) {
    t.same(readNeighbour('10.77.0.2', text), expected, name)
  }
})

const known = (
  state: 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE',
  confirmedSec: number,
): Neighbour => ({
  kind: 'known',
  state,
  confirmedSec,
})
const absent: Neighbour = { kind: 'absent' }
const fixed: Neighbour = { kind: 'fixed' }
const unreadable: Neighbour = { kind: 'unreadable' }
const failed = (updatedSec: number): Neighbour => ({ kind: 'failed', updatedSec })
const asked = (updatedSec: number): Neighbour => ({ kind: 'asked', updatedSec })
const round = (before: Neighbour, echo: Round['echo'] = 'silent', roundMs = 4000): Round => ({
  before,
  wasUnknown: ['absent', 'asked', 'failed'].includes(before.kind),
  echo,
  round: { atLeastMs: roundMs, atMostMs: roundMs },
  fence: { atLeastMs: 6500, atMostMs: 6500 },
})
/** In which the read took that long: what it tells is of some moment of it. */
const slow = (one: Round, tookMs: number): Round => ({
  ...one,
  round: { ...one.round, atLeastMs: one.round.atLeastMs - tookMs },
  fence: { ...one.fence, atLeastMs: one.fence.atLeastMs - tookMs },
})

const old = known('STALE', 60)

const judgements: readonly [string, Round, Neighbour, NeighbourJudgement][] = [
  ['confirmed surely inside the fence is an answer', round(old), known('REACHABLE', 5), 'answered'],
  [
    'a stale entry confirmed inside the fence is an answer',
    round(old),
    known('STALE', 0),
    'answered',
  ],
  [
    'confirmed in the second that the fence began in is not told',
    round(old),
    known('REACHABLE', 6),
    'wait',
  ],
  ['nor where the entry is stale', round(old), known('STALE', 6), 'wait'],
  ['reachable by an old confirmation is not told', round(old), known('REACHABLE', 7), 'wait'],
  ['about to be asked is not told', round(old), known('DELAY', 60), 'wait'],
  ['being asked is not told', round(old), known('PROBE', 60), 'wait'],
  ['stale after a ping has to be pinged again', round(old), known('STALE', 60), 'ask-again'],
  [
    'a link address where there was none is an answer, whenever it was confirmed',
    round(absent),
    known('STALE', 60),
    'answered',
  ],
  ['also where the kernel was still asking', round(asked(0)), known('REACHABLE', 6), 'answered'],
  ['also where it had given up', round(failed(9)), known('DELAY', 60), 'answered'],
  [
    'failed at an old link address was never asked by broadcast',
    round(known('STALE', 60)),
    failed(0),
    'ask-again',
  ],
  [
    'given back by the kernel, but at an old link address',
    round(known('PROBE', 60), 'no-neighbour'),
    failed(0),
    'ask-again',
  ],
  [
    'being asked by broadcast after an old link address failed',
    round(known('STALE', 60)),
    asked(2),
    'ask-again',
  ],
  ['vanished after an old link address', round(known('STALE', 60)), absent, 'ask-again'],
  ['failed in this round', round(absent), failed(3), 'unresolved'],
  ['failed again in this round', round(failed(600)), failed(0), 'unresolved'],
  ['failed, but maybe before this round', round(failed(600)), failed(4), 'wait'],
  ['failed long ago: nobody was asked', round(failed(600)), failed(604), 'wait'],
  ['the kernel gave the ping back', round(failed(600), 'no-neighbour'), failed(604), 'unresolved'],
  [
    'the kernel gave the ping back and asks for somebody else',
    round(absent, 'no-neighbour'),
    asked(0),
    'unresolved',
  ],
  ['the kernel gave the ping back and forgot', round(absent, 'no-neighbour'), absent, 'unresolved'],
  ['forgotten, and nothing given back', round(absent), absent, 'ask-again'],
  ['asked for less than a second', round(absent), asked(0), 'wait'],
  ['asked for a full second without an answer', round(absent), asked(1), 'unresolved'],
  ['asked for since before this round', round(asked(2)), asked(5), 'wait'],
  ['asked for anew in this round', round(asked(2)), asked(1), 'unresolved'],
  ['failed, by a read that began before', slow(round(failed(600)), 100), failed(3), 'wait'],
  [
    'confirmed as the fence began, by a read that began before',
    slow(round(old), 600),
    known('REACHABLE', 5),
    'wait',
  ],
  ['set by hand', round(absent), fixed, 'no-proof'],
  ['no longer set by hand', round(fixed), failed(0), 'no-proof'],
  ['not readable now', round(absent, 'no-neighbour'), unreadable, 'no-proof'],
  ['not readable before', round(unreadable, 'no-neighbour'), failed(0), 'no-proof'],
]

test('what an entry proves after a ping', async (t) => {
  for (const [name, before, now, expected] of judgements) {
    t.equal(judgeNeighbour(before, now), expected, name)
  }
})

test('an age of whole seconds is surely within a span only with the cut-off second', async (t) => {
  const lasting = (atLeastMs: number) => ({ atLeastMs, atMostMs: 9_000 })
  t.notOk(isSurelyWithin(0, lasting(999)))
  t.ok(isSurelyWithin(0, lasting(1000)))
  t.notOk(isSurelyWithin(2, lasting(2999)))
  t.ok(isSurelyWithin(2, lasting(3000)))
})

test('an age of whole seconds is surely before a span only where it is longer', async (t) => {
  const lasting = (atMostMs: number) => ({ atLeastMs: 0, atMostMs })
  t.notOk(isSurelyBefore(0, lasting(0)))
  t.ok(isSurelyBefore(1, lasting(999)))
  t.notOk(isSurelyBefore(1, lasting(1000)))
})
