/**
 * The question of a fence as it stands on a command line, judged by the rules of the contract
 * before it leaves.
 */
import { Ajv } from 'ajv'
import type { FenceQuestion } from '../client/post-question.ts'
import { fenceCommandSchema, parseFenceCommand } from '../contract/request/fence-command.ts'
import type { FenceRequest } from '../fence/request.ts'
import { refusalOfFault } from '../contract/request/field-rules.ts'
import type { Rejection } from '../contract/reply/rejection.ts'
import type { Arguments, Options } from './subcommand.ts'

export const questionOptions = {
  also: {
    type: 'string',
    value: 'ADDRESS[,...]',
    help: 'further addresses of the same host; silence counts only on all of them',
  },
  'host-uuid': { type: 'string', value: 'UUID', help: 'what the management plane calls the host' },
  user: { type: 'string', value: 'USER', help: 'whom to log in as (root)' },
  port: { type: 'string', value: 'N', help: 'the port of sshd (22)' },
  timeout: { type: 'string', value: 'SEC', help: 'the time of the whole fence, in seconds (20)' },
} as const satisfies Options

export type AskedFor =
  /** `request`: the same, parsed, before anybody has taken it on. */
  | { readonly kind: 'question'; readonly question: FenceQuestion; readonly request: FenceRequest }
  | { readonly kind: 'misused'; readonly message: string }

const validate = new Ajv({ coerceTypes: false }).compile(fenceCommandSchema)

export const questionOf = ({ operands, text }: Pick<Arguments, 'operands' | 'text'>): AskedFor => {
  const [vmUuid, targetHostIp] = operands
  if (vmUuid === undefined || targetHostIp === undefined) return misused('VM and HOST are missing')
  const [uuid, user, also] = [text('host-uuid'), text('user'), text('also')]
  const [port, timeout] = [text('port'), text('timeout')]
  const question = {
    vmUuid,
    targetHostIp,
    ...(uuid === undefined ? {} : { targetHostUuid: uuid }),
    ...(also === undefined ? {} : { targetHostAddresses: also.split(',') }),
    ...(user === undefined ? {} : { targetHostUsername: user }),
    ...(port === undefined ? {} : { targetHostSshPort: numberOf(port) }),
    ...(timeout === undefined ? {} : { sshTimeoutSec: numberOf(timeout) }),
  }
  if (!validate(question)) return misused(ruleOf(refusalOfFault(validate.errors?.[0])))
  const parsed = parseFenceCommand(question, nobody)
  if (parsed.kind === 'refused') return misused(ruleOf(parsed.refusal))
  return { kind: 'question', question, request: parsed.request }
}

/** What is no number stays none, so that the rule of its field is told. */
const numberOf = (text: string): number => (/^\d{1,6}$/.test(text) ? Number(text) : -1)

/** Enough of an arrival to have every rule asked. */
const nobody = {
  fenceId: '',
  requestId: '',
  askedBy: '',
  budgetMsMax: Infinity,
  caller: undefined,
  callback: undefined,
}

/** What a person typed for each field. */
const spelling: Readonly<Record<string, string>> = {
  vmUuid: 'VM',
  targetHostIp: 'HOST',
  targetHostAddresses: '--also',
  targetHostUuid: '--host-uuid',
  targetHostUsername: '--user',
  targetHostSshPort: '--port',
  sshTimeoutSec: '--timeout',
}

const ruleOf = ({ field, rule }: Rejection): string =>
  `${String(spelling[field])} has to be ${rule}`

const misused = (message: string): AskedFor => ({ kind: 'misused', message })
