/** Breaks on the caller's side: what an answer is taken for, and which exit code says so. */
import { mutantsOf } from './mutant.ts'

export const callerMutants = [
  ...mutantsOf(
    'agent/client/voice.ts',
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
        'two addresses of one agent are two voices',
        "voice?.kind === 'told' ? voice.agentId : placeOf(peer)",
        'placeOf(peer)',
      ],
      ['who may have spoken before counts', "if (voice?.kind === 'unknown') break", ''],
    ],
  ),
  ...mutantsOf(
    'agent/contract/judged-answer.ts',
    ['contract/judged-answer'],
    [
      [
        'an error with a good body is believed',
        'if (status !== 200) return turnedAway',
        'if (status !== 200 && body.success !== true) return turnedAway',
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
        "        return { kind: 'refuse', why: said.kind, heard }\n      case 'turned-away':",
        "        break\n      case 'turned-away':",
      ],
      ['one peer is a quorum', 'claim.voice)).size >= quorum', 'claim.voice)).size >= 1'],
      [
        'two peers of one rack are two voices',
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
    'agent/cli/tell-answer.ts',
    ['cli/tell-answer', 'cli/fence'],
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
    'agent/cli/ask-advice.ts',
    ['cli/ask-advice', 'cli/ask'],
    [
      [
        'silence of a quorum exits with 0',
        "    case 'start-at-risk':\n      return exitCodes.unreachable",
        "    case 'start-at-risk':\n      return exitCodes.done",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/journal/past-record.ts',
    ['journal/past-record'],
    [
      [
        'a garbled line of the past looks like a proof',
        "if (kind === 'confirmed-dead') return death && confirmedDead(death)",
        "if (kind === 'confirmed-dead') return confirmedDead(death ?? 'destroyed')",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/http/entry.ts',
    ['http/entry', 'conformance/door'],
    [
      [
        'who may scrape may have a VM killed',
        "if (rule.serves === 'monitoring' && !isMonitoring.has(",
        "if (rule.serves === 'monitoring' && isMonitoring.has(",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/http/readiness.ts',
    ['http/readiness'],
    [
      [
        'a look that fails is readiness',
        "await check().catch(() => ['something could not be looked at at all'])",
        'await check().catch(() => [])',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/fence-stand-alone.ts',
    ['cli/fence-stand-alone'],
    [
      [
        'without an agent any host may be fenced',
        'if (turnedAway !== undefined) return turnedAway',
        'if (turnedAway === null) return turnedAway',
      ],
    ],
  ),
]
