/** Breaks in what requests for one suspect share. */
import { mutantsOf } from './mutant.ts'

const heldSession = ['fence/held-session', 'fence/lane']

export const laneMutants = [
  ...mutantsOf('agent/fence/held-session.ts', heldSession, [
    [
      'the report of one VM is told to all of the batch',
      'entries.find(({ ticket }) => ticket.request.vm === vm)',
      'entries.find(({ ticket }) => ticket.request.vm !== vm)',
    ],
    [
      'a session that was lost at its first run has not been in contact',
      "evidence.because === 'contact-lost' && wasKept && !wasHeard",
      "evidence.because === 'contact-lost' && !wasHeard",
    ],
    [
      'a session that said something and was lost has not been in contact',
      '&& wasKept && !wasHeard',
      '&& wasKept',
    ],
  ]),
  ...mutantsOf(
    'agent/fence/lane.ts',
    ['fence/lane'],
    [
      [
        'silence is told to who came when it was nearly over',
        "if (opened.kind === 'seen') for (const ticket of present)",
        "if (opened.kind === 'seen') for (const ticket of queue)",
      ],
      [
        'the program is sent before the intent is on disk',
        'queue.filter((ticket) => ticket.isReady())',
        'queue.filter((ticket) => !ticket.isSettled())',
      ],
      [
        'a session that may hang is used again',
        'held?.session.isFit() !== true',
        'held === undefined',
      ],
      [
        'a VM stands twice in a batch',
        'return [...byVm.values()].toReversed()',
        'return [...queue]',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/fence/lane-ticket.ts',
    ['fence/lane-ticket'],
    [['a ticket outlives its budget', 'ask.budgetMs - tellReserveMs', 'ask.budgetMs + 60_000']],
  ),
  ...mutantsOf(
    'agent/fence/same-suspect.ts',
    ['fence/same-suspect', 'fence/lanes'],
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
    'agent/suspect/shared-session.ts',
    ['suspect/shared-session'],
    [
      [
        'a session of which a command was cut off is trusted',
        "if (end.kind === 'cut-off' && end.end !== 'channel-refused') isFit = false",
        '',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/command.ts',
    ['suspect/command', 'suspect/fence-session'],
    [
      ['a reset was not heard', "end('contact-lost', true)", "end('contact-lost', false)"],
      [
        'a session that fell silent was heard',
        "if (isSilence(error)) end('contact-lost')",
        "if (isSilence(error)) end('contact-lost', true)",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/fence-session.ts',
    ['suspect/fence-session'],
    [
      ['a VM without time is killed', 'if (budgetMs >= programBudgetMinMs)', 'if (budgetMs >= 0)'],
      ['a fence only looks', "await run('fence', batch", "await run('look', batch"],
    ],
  ),
]
