/** Breaks in what is believed of other agents, and in how a fence that was passed on ends. */
import { mutantsOf } from './mutant.ts'

export const neighbourMutants = [
  ...mutantsOf(
    'agent/domain/decide.ts',
    ['domain/decide'],
    [
      [
        'a neighbour may have been on any machine',
        "    case 'unconfirmed':\n    case 'not-shown':\n      return doubt('host-not-confirmed')\n    case 'contradicted':\n      return doubt('wrong-host')",
        "    case 'unconfirmed':\n    case 'not-shown':\n    case 'contradicted':\n      return confirmedDead(because)",
      ],
      [
        'a key of a neighbour stands for a uuid',
        "isUuidSent ? doubt('host-not-confirmed') : confirmedDead(because)",
        'confirmedDead(because)',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/domain/decide-silence.ts',
    ['domain/decide'],
    [
      [
        'silence holds whatever a neighbour heard',
        "  if (heardBy !== undefined) return doubt('heard-by-neighbour')\n",
        '',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/fence/way-round.ts',
    ['fence/way-round', 'fence/fence-vm'],
    [
      ['what a neighbour heard is forgotten', "one.said !== 'words'", "one.said === 'dead'"],
      [
        'a neighbour outvotes what we saw after a login',
        'isFailing(seen) ? dead : undefined',
        'dead',
      ],
      ['neighbours go on after our fence', '        over.abort()\n', ''],
      ['neighbours are asked without an intent on disk', ' || !(await mayBegin)', ''],
      ['neighbours are asked over and over', 'asks !== undefined || isFine', 'isFine'],
      ['a proof of a neighbour is of now', 'sentMs: askedMs }', 'sentMs: clock.nowMs() }'],
      [
        'a contact that was lost at work is a way that failed',
        " && killedIn(evidence, trail).is === 'no'",
        '',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/fence/fence-vm.ts',
    ['fence/fence-vm'],
    [
      [
        'a fence is passed on for ever',
        'wayRound === undefined || isPassedOn',
        'wayRound === undefined',
      ],
      ['nobody ever leaves what is shared', '.finally(shared.leave)', ''],
    ],
  ),
  ...mutantsOf(
    'agent/fence/lane/ticket.ts',
    ['fence/lane/ticket', 'fence/fence-vm'],
    [
      [
        'what was called off is begun all the same',
        'const { calledOff = signal } = ask',
        'const calledOff = signal',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/http/accept/passed-on.ts',
    ['http/accept/passed-on'],
    [
      ['every listener takes fences that are passed on', 'if (!mayPassOn) return plain\n', ''],
      ['an agent asks itself', 'passedOnBy === agentId', "passedOnBy === ''"],
      ['who hangs up does not call off', 'gone.abort()', 'gone.signal.throwIfAborted()'],
      ['who had hung up before does not call off', 'if (response.closed) onClose()\n  else ', ''],
      ['every answer was called off', '!response.writableFinished', 'response.writableEnded'],
    ],
  ),
  ...mutantsOf(
    'agent/http/accept/answer-body.ts',
    ['http/accept/answer-body'],
    [
      [
        'a proof of a neighbour is as young as its answer',
        "evidence.kind === 'passed-on' ? evidence.death.askedAfterMs : durationMs",
        'durationMs',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/neighbours/neighbour-answer.ts',
    ['neighbours/neighbour-answer'],
    [
      [
        'an answer about another host is believed',
        '!== asked.targetHostUuid) return',
        "=== '') return",
      ],
      [
        'an answer that nobody asked for is believed',
        '!== asked.ownAgentId) return',
        "=== '') return",
      ],
      [
        'whoever answers is believed',
        "body['agentId'] === asked.agentId && asked.agentId !== asked.ownAgentId",
        "body['agentId'] !== 'x'",
      ],
      [
        'the word of a third agent is believed',
        "if (body['by'] !== undefined) return",
        "if (body['by'] === 1) return",
      ],
      [
        'a death without a report is believed',
        "if (evidence['kind'] !== 'report') return",
        "if (evidence['kind'] === 1) return",
      ],
      ['a report that shows living tasks is believed', '(!isNothingLeft || hold', '(hold'],
      [
        'a hold that was cut at the neighbour is believed',
        "!isNothingLeft || hold !== 'kept'",
        '!isNothingLeft',
      ],
      [
        'a key of the neighbour stands for the uuid that was sent',
        "isUuidSent ? (['as-named', 'as-bound'] as const) :",
        "isUuidSent ? (['as-named', 'as-bound', 'by-key'] as const) :",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/neighbours/neighbour-contact.ts',
    ['neighbours/neighbour-answer'],
    [
      [
        'evidence of a later release is quiet',
        '    default:\n      return false',
        '    default:\n      return true',
      ],
      ['a reason that nobody knows is quiet', '!withoutContact.has(reason) || ', ''],
      ['contact before silence is forgotten', "evidence['contactBefore'] === false &&\n", ''],
      ['a ping to a neighbour is quiet', '[tcp, echo, neighbour].every', '[tcp, neighbour].every'],
    ],
  ),
  ...mutantsOf(
    'agent/neighbours/ask-neighbour.ts',
    ['neighbours/neighbours'],
    [
      [
        'an older agent is asked, which nobody can call off',
        "name === 'peerfence' && isAble &&",
        "name === 'peerfence' &&",
      ],
      [
        'an agent asks itself by another address',
        'if (agentId === ownAgentId) return',
        "if (agentId === 'x') return",
      ],
      [
        'two addresses of one agent are asked',
        'if (!mayAsk(agentId)) return',
        "if (agentId === 'x') return",
      ],
      ['a neighbour has all of our time', '(leftMs() - passReserveMs) / 1_000', 'leftMs() / 1_000'],
    ],
  ),
  ...mutantsOf(
    'agent/neighbours/neighbours.ts',
    ['neighbours/neighbours'],
    [
      [
        'a fence that ended calls nothing off',
        'if (!asking.isAnswered()) callOff.abort()',
        'asking.isAnswered()',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/neighbours/neighbour.ts',
    ['neighbours/neighbours'],
    [['the suspect is asked about itself', '!isOneOf(at.host, suspect)', "at.host !== ''"]],
  ),
]
