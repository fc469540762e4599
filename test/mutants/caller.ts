/** Breaks on the caller's side: what an answer is taken for, and which exit code says so. */
import { mutantsOf } from './mutant.ts'

export const callerMutants = [
  ...mutantsOf(
    'agent/client/voter.ts',
    ['client/ask-peers'],
    [
      [
        'an id of another shape is another agent',
        "    : { kind: 'unknown' }",
        "    : { kind: 'untold' }",
      ],
      [
        'any text is an id',
        "typeof agentId === 'string' && shape.test(agentId)",
        "typeof agentId === 'string'",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/client/ask-peers.ts',
    ['client/ask-peers'],
    [
      [
        'two addresses of one agent are two voters',
        "voter?.kind === 'told' ? voter.agentId : placeOf(peer)",
        'placeOf(peer)',
      ],
      ['who may have spoken before counts', "if (voter?.kind === 'unknown') break", ''],
    ],
  ),
  ...mutantsOf(
    'agent/client/judge-answer.ts',
    ['client/judge-answer'],
    [
      [
        'an error with a good body is believed',
        'if (status !== 200) return rejected',
        'if (status !== 200 && body.success !== true) return rejected',
      ],
      [
        'of two true verdicts the first counts',
        'if (name === undefined || more.length > 0 || !areOthersFalse) {',
        'if (name === undefined) {',
      ],
      [
        'a verdict beside a null counts',
        'name === undefined || more.length > 0 || !areOthersFalse',
        'name === undefined || more.length > 0',
      ],
      [
        'success is not asked for',
        "if (body['success'] !== true) return",
        "if (body['success'] === 7) return",
      ],
      [
        'a proof about another VM counts',
        "if (body['vmUuid'] !== asked",
        "if (body['vmUuid'] === asked",
      ],
      [
        'a proof about another host counts',
        "return body['targetHostIp'] === asked.targetHostIp.toLowerCase()",
        "return body['targetHostIp'] !== ''",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/client/ask-peers.ts',
    ['client/ask-peers'],
    [
      [
        'after a refusal the next peer is asked',
        "        return { kind: 'refuse', why: outcome.kind, heard }\n      case 'turned-away':",
        "        break\n      case 'turned-away':",
      ],
      ['one peer is a quorum', 'claim.voter)).size >= quorum', 'claim.voice)).size >= 1'],
      [
        'two peers of one rack are two voters',
        'if (peer.domain !== undefined && silent.some',
        'if (peer.domain === undefined && silent.some',
      ],
      [
        'silence keeps for ever',
        'atMs - claim.atMs <= silenceKeepsMs',
        'atMs - claim.atMs <= Infinity',
      ],
      [
        'one peer named twice is a quorum',
        'if (new Set(peers.map(placeOf)).size < peers.length) {',
        'if (new Set(peers.map(placeOf)).size < 1) {',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/client/exchange.ts',
    ['client/exchange'],
    [
      [
        'any certificate of a peer will do',
        'httpsRequest({ ...options, ...tls })',
        'httpsRequest({ ...options, ...tls, rejectUnauthorized: false })',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/print-answer.ts',
    ['cli/print-answer', 'cli/fence/fence'],
    [
      [
        'silence exits with 0',
        "    case 'unreachable':\n      return exitCodes.unreachable",
        "    case 'unreachable':\n      return exitCodes.done",
      ],
      [
        'a refusal exits with 0',
        "    case 'unclear':\n      return exitCodes.refused",
        "    case 'unclear':\n      return exitCodes.done",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/ask/ask-advice.ts',
    ['cli/ask/ask-advice', 'cli/ask/ask'],
    [
      [
        'silence of a quorum exits with 0',
        "    case 'start-at-risk':\n      return exitCodes.unreachable",
        "    case 'start-at-risk':\n      return exitCodes.done",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/domain/verdict-word.ts',
    ['domain/verdict-word', 'journal/history-record'],
    [
      [
        'a garbled line of the past looks like a proof',
        "if (word === verdictWords['confirmed-dead']) return death && confirmedDead(death)",
        "if (word === verdictWords['confirmed-dead']) return confirmedDead(death ?? 'destroyed')",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/http/admit/admit.ts',
    ['http/admit/admit', 'conformance/door'],
    [
      [
        'who may scrape may have a VM killed',
        "if (rule.serves === 'monitoring' && !isMonitoring.has(",
        "if (rule.serves === 'monitoring' && isMonitoring.has(",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/http/routes/readiness.ts',
    ['http/routes/readiness'],
    [
      [
        'a look that fails is readiness',
        "await check().catch(() => ['something could not be looked at at all'])",
        'await check().catch(() => [])',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/fence/fence-stand-alone.ts',
    ['cli/fence/fence-stand-alone'],
    [
      [
        'without an agent any host may be fenced',
        'if (rejected !== undefined) return rejected',
        'if (rejected === null) return rejected',
      ],
    ],
  ),
]
