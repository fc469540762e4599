/** Breaks in what requests for one suspect share. */
import { mutantsOf } from './mutant.ts'

const heldSession = ['fence/lane/batch-run', 'fence/lane/lane']

export const laneMutants = [
  ...mutantsOf('agent/fence/lane/batch-run.ts', heldSession, [
    [
      'the report of one VM is told to all of the batch',
      'entries.find(({ ticket }) => ticket.request.vm === vm)',
      'entries.find(({ ticket }) => ticket.request.vm !== vm)',
    ],
    [
      'a session that was opened in this fence was no contact in it',
      "evidence.because === 'contact-lost' && isLater && !wasHeard",
      "evidence.because === 'contact-lost' && !wasHeard",
    ],
    [
      'a session that said something and was lost has not been in contact',
      '&& isLater && !wasHeard',
      '&& isLater',
    ],
  ]),
  ...mutantsOf(
    'agent/fence/lane/lane.ts',
    ['fence/lane/lane'],
    [
      [
        'the program is sent before the intent is on disk',
        'queue.filter((ticket) => ticket.isReady())',
        'queue.filter((ticket) => !ticket.isSettled())',
      ],
      [
        'a session is kept where a name led once',
        'hasName(target) ? 0 : rules.keepMs',
        'rules.keepMs',
      ],
      ['VMs that do not die keep all others waiting', 'else if (sessions.giveUp()) connect()', ''],
      [
        'a VM stands twice in a batch',
        'return [...byVm.values()].toReversed()',
        'return [...queue]',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/fence/lane/session-pool.ts',
    ['fence/lane/lanes'],
    [
      [
        'what another lane heard of the same address counts for nothing',
        '|| isHeard(heard, evidence, sinceMs)',
        '',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/inspect/inspect.ts',
    ['inspect/inspect'],
    [
      [
        'what a look hears is not told to a fence',
        'onHeard: deps.heard.note',
        'onHeard: () => undefined',
      ],
      ['what a look saw is not told to a fence', 'deps.heard.noteSeen(opened.seen)', ''],
    ],
  ),
  ...mutantsOf(
    'agent/fence/last-heard.ts',
    ['fence/last-heard'],
    [
      ['what was heard is forgotten within a fence', 'now - ms <= keptMs', 'now - ms < 0'],
      ['a sign of life of a look counts for nothing', 'if (!isWithoutLife(one))', 'if (false)'],
    ],
  ),
  ...mutantsOf(
    'agent/fence/fence-vm.ts',
    ['fence/fence-vm', 'scenarios'],
    [
      [
        'who joins takes a death that was asked for before it came',
        'if (isProof && isOlder) return await contactWithin(asked, true)',
        '',
      ],
      [
        'a fence forgets what was heard before its look',
        'sinceMs: startedMs',
        'sinceMs: Number.POSITIVE_INFINITY',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/fence/lane/own-silence.ts',
    ['fence/lane/own-silence', 'fence/lane/lane'],
    [
      [
        'what was silent before a fence came is part of its silence',
        'silence.lastedMs - (fromMs - sinceMs)',
        'silence.lastedMs',
      ],
      [
        'who was in contact hears of silence alone',
        'afterContact(evidence, hadContact)',
        'evidence',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/fence/watch-silence.ts',
    ['fence/watch-silence', 'fence/lane/lane'],
    [
      ['a look that was no silence is followed by more', '|| !isSilentSoFar(evidence.silence)', ''],
      ['the first silent look ends it', 'if (left.length === 0 ||', 'if (left.length >= 0 ||'],
    ],
  ),
  ...mutantsOf(
    'agent/fence/lane/session-pool.ts',
    ['fence/lane/lane'],
    [
      [
        'silence is told to who came when it was nearly over',
        'settle(opened.seen, stillIn(queue, present))',
        'settle(opened.seen, [...queue])',
      ],
      [
        'what was heard on another connection in this fence counts for nothing',
        'heardMs >= sinceMs || isHeard(heard, evidence, sinceMs)',
        'false',
      ],
      [
        'what was heard before the last look of a fence counts for nothing',
        'heardMs >= sinceMs || isHeard(heard, evidence, sinceMs)',
        'false && sinceMs > 0',
      ],
      [
        'what a session says counts for nothing',
        '      onHeard,',
        '      onHeard: () => undefined,',
      ],
      [
        'a session that may hang is used again',
        'return held?.session.isFit() === true ? held : undefined',
        'return held',
      ],
      [
        'a name leads where it once led for ever',
        'isByName && clock.nowMs() - openedMs >= nameLeadsMs',
        'isByName && clock.nowMs() - openedMs < 0',
      ],
      ['a lane has no end of sessions', 'full.size + 1 < sessionsMax', 'full.size >= 0'],
      ['a lane has no end of openings', 'if (openings >= openingsMax) return undefined\n', ''],
    ],
  ),
  ...mutantsOf(
    'agent/fence/lane/ticket.ts',
    ['fence/lane/ticket'],
    [['a ticket outlives its budget', 'ask.budgetMs - tellReserveMs', 'ask.budgetMs + 60_000']],
  ),
  ...mutantsOf(
    'agent/fence/same-suspect.ts',
    ['fence/same-suspect', 'fence/lane/lanes'],
    [
      [
        'another password gets into the same session',
        '  isSameSecret(one.password, other.password) &&\n',
        '',
      ],
      [
        'another host is the same suspect',
        'JSON.stringify([addresses, port',
        "JSON.stringify(['', port",
      ],
      ['another uuid of the host is the same suspect', 'user, hostUuid]', 'user]'],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/program/ssh-session.ts',
    ['suspect/program/ssh-session'],
    [
      [
        'a session of which a command was cut off is trusted',
        "if (end.kind === 'cut-off' && end.end !== 'channel-refused') isFit = false",
        '',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/program/command.ts',
    ['suspect/program/command', 'suspect/fence-session'],
    [
      ['a reset was not heard', "end('contact-lost', true)", "end('contact-lost', false)"],
      [
        'a session that fell silent was heard',
        'if (!isSilence(error)) lost()',
        'if (isSilence(error)) lost()',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/program/command.ts',
    ['suspect/stall'],
    [
      [
        'what came while the agent was held up was not heard',
        "setImmediate(() => {\n        if (state.channel === undefined) end('exec-stalled')\n      })",
        "if (state.channel === undefined) end('exec-stalled')",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/suspect.ts',
    ['suspect/suspect'],
    [
      ['nobody listens to an open session', 'listen(socket, () => {', 'void (() => {'],
      ['a login that is under way is not heard', "if (phase !== 'banner') onHeard(address)", ''],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/fence-session.ts',
    ['suspect/fence-session'],
    [
      [
        'the program is told VMs that were in time when it was sent',
        'vms: () => inTime.flatMap((one) => askedOf(one, onSeen))',
        'vms: () => inTime.map(({ vm }) => ({ vm, budgetMs: 5_000 }))',
      ],
      ['a VM without time is killed', 'if (budgetMs >= programBudgetMinMs)', 'if (budgetMs >= 0)'],
      ['a fence only looks', "await run('fence', batch", "await run('look', batch"],
    ],
  ),
]
