/**
 * JSON Schemas of everything that is answered, for the API document. A test holds every reply
 * against them.
 */
import { deathProofs, doubts, silenceProofs } from '../../domain/verdict.ts'
import { closed, count, text, vmUuid } from './closed-schema.ts'
import { errorCodes } from './error-codes.ts'
import { capabilities } from './health-reply.ts'

const flag = { type: 'boolean' } as const
const no = { const: false } as const
const agentId = {
  type: 'string',
  pattern: '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'The same at every address of this agent, and of no other.',
} as const
const dashedUuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }
const verdicts = ['qemuConfirmedDead', 'targetHostUnreachable', 'qemuStillAlive'] as const
const reasons = [...deathProofs, ...silenceProofs, ...doubts] as const

export const answerSchema = closed(
  'A verdict. HA may start the VM elsewhere only where the status is 200, success is true, and exactly one of qemuConfirmedDead and targetHostUnreachable is true while qemuStillAlive is false.',
  {
    success: flag,
    qemuConfirmedDead: flag,
    qemuStillAlive: flag,
    targetHostUnreachable: flag,
    verdict: { type: 'string', enum: verdicts },
    reason: {
      type: 'string',
      enum: reasons,
      description: 'New reasons of qemuStillAlive may come with any release.',
    },
    summary: text,
    error: { type: 'string', description: 'Of a refusal alone.' },
    nextStep: {
      type: 'string',
      description: 'Of a refusal alone: what was seen, and what a person does.',
    },
    fenceId: text,
    agentId,
    by: closed(
      'Of a death that another agent proved in the place of this one: which, and how it calls this fence.',
      {
        agentId,
        fenceId: text,
      },
    ),
    passedOnBy: { ...agentId, description: 'Of a request that was passed on: by which agent.' },
    vmUuid,
    targetHostUuid: text,
    targetHostIp: text,
    durationMs: count,
    killed: closed('What the fence has killed on the host, whatever it proves.', {
      is: { type: 'string', enum: ['yes', 'no', 'not-known'] },
      pids: { type: 'array', items: count, description: 'As the host numbers its processes.' },
    }),
    evidence: { type: 'object', description: 'What was seen. For people; it may change.' },
    explanation: {
      type: 'array',
      items: text,
      description: 'With ?explain=1 alone: the chain of evidence in lines.',
    },
  },
  ['error', 'nextStep', 'by', 'passedOnBy', 'explanation'],
)

export const batchSchema = closed(
  'One verdict per VM, in the order of the request. None of the booleans of an answer is in it itself.',
  {
    success: { type: 'boolean', description: 'True only where HA may proceed for every VM.' },
    error: { type: 'string', description: 'Of a refusal of any.' },
    counts: closed('How many VMs have which verdict.', {
      qemuConfirmedDead: count,
      targetHostUnreachable: count,
      qemuStillAlive: count,
    }),
    verdicts: { type: 'array', items: answerSchema },
  },
  ['error'],
)

export const rejectionSchema = closed('Turned away: nothing was done to any host.', {
  success: no,
  qemuConfirmedDead: no,
  qemuStillAlive: no,
  targetHostUnreachable: no,
  error: text,
  code: { type: 'string', enum: Object.keys(errorCodes) },
  field: text,
  rule: text,
})

export const historySchema = closed(
  'Fences of the past, the newest first. An entry is no answer.',
  {
    fences: {
      type: 'array',
      items: closed(
        'One fence, or one quarantine that was lifted; verdict and reason are empty where there is no outcome.',
        {
          action: { type: 'string', enum: ['fence', 'unfence'] },
          fenceId: text,
          requestId: text,
          askedBy: text,
          vm: dashedUuid,
          suspect: text,
          suspectUuid: text,
          askedAt: text,
          endedAt: text,
          ageMs: count,
          verdict: { type: 'string', enum: [...verdicts, ''] },
          reason: { type: 'string', enum: [...reasons, ''] },
          summary: text,
          durationMs: { type: 'number' },
          detail: text,
          quarantine: {
            type: 'string',
            description: 'What became of it; empty where that was not told.',
          },
        },
        ['ageMs', 'durationMs'],
      ),
    },
    next: { type: 'string', description: 'What to send as `before` for older ones.' },
    garbledLines: count,
  },
  ['next'],
)

export const inFlightSchema = closed('What is in flight.', {
  fences: {
    type: 'array',
    items: closed('One request without a verdict yet.', {
      fenceId: text,
      requestId: text,
      askedBy: text,
      vm: dashedUuid,
      suspect: text,
      suspectUuid: text,
      action: { type: 'string', enum: ['fence', 'look', 'unfence'] },
      phase: text,
      elapsedMs: count,
      budgetMs: count,
    }),
  },
})

export const healthSchema = closed('Whether requests are accepted.', {
  status: { type: 'string', enum: ['ok', 'draining'] },
  inFlight: count,
})

export const readySchema = closed('Whether a fence would find what it needs.', {
  ready: flag,
  missing: { type: 'array', items: text },
})

export const versionSchema = closed('What runs here, and what it can do.', {
  name: { const: 'peerfence' },
  version: text,
  agentId,
  capabilities: { type: 'array', items: { type: 'string', enum: capabilities } },
})
