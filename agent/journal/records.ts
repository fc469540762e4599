/**
 * One journal record per line: what was to be done, and what came of it. No secret has a way in.
 */
import { asciiJson } from '../base/text/ascii-json.ts'
import type { LiftState } from '../domain/lift.ts'
import { doubt } from '../domain/verdict.ts'
import { verdictWords } from '../domain/verdict-word.ts'
import { killedIn } from '../fence/killed.ts'
import type { FenceRecord } from '../fence/record.ts'
import type { FenceRequest } from '../fence/request.ts'
import type { UnfinishedIntent } from './unfinished.ts'

export const intentLine = (request: FenceRequest, at: string): string => {
  const { fenceId, requestId, askedBy, passedOnBy, vm, suspect, budgetMs, callback } = request
  const { addresses, port, user, hostUuid, password, privateKey } = suspect
  return line({
    type: 'intent',
    at,
    fenceId,
    requestId,
    askedBy,
    vm,
    suspect: { addresses, port, user, hostUuid },
    credentials: {
      hasPassword: password !== undefined,
      hasPrivateKey: privateKey !== undefined,
    },
    budgetMs,
    ...(passedOnBy === undefined ? {} : { passedOnBy }),
    ...(callback === undefined ? {} : { callback: { task: callback.task, url: callback.url } }),
  })
}

export const outcomeLine = (record: FenceRecord, at: string): string => {
  const { request, verdict, evidence, trail, startedAt, durationMs } = record
  return line({
    type: 'outcome',
    at,
    fenceId: request.fenceId,
    requestId: request.requestId,
    askedBy: request.askedBy,
    vm: request.vm,
    suspect: { addresses: request.suspect.addresses, hostUuid: request.suspect.hostUuid },
    verdict: verdictWords[verdict.kind],
    reason: verdict.because,
    startedAt,
    durationMs,
    killed: killedIn(evidence, trail),
    evidence,
    trail,
  })
}

/** Who has a quarantine lifted: once before anything is done, and once with what came of it. */
export const unfenceLine = (request: FenceRequest, quarantine: LiftState, at: string): string => {
  const { fenceId, requestId, askedBy, vm, suspect } = request
  const { addresses, hostUuid } = suspect
  return line({
    type: 'unfence',
    at,
    fenceId,
    requestId,
    askedBy,
    vm,
    suspect: { addresses, hostUuid },
    quarantine,
  })
}

/** Closes an intent of an agent that was killed before its verdict: nothing was answered. */
export const interruptedLine = (intent: UnfinishedIntent, at: string): string => {
  const { fenceId, requestId, askedBy, vm, suspect, at: startedAt } = intent
  const { kind, because } = doubt('interrupted')
  return line({
    type: 'outcome',
    at,
    fenceId,
    requestId,
    askedBy,
    vm,
    suspect,
    verdict: verdictWords[kind],
    reason: because,
    startedAt,
  })
}

const line = (record: object): string => `${asciiJson(record)}\n`
