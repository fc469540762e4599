/**
 * The question of a fence as it stands on a command line, judged by the rules of the contract
 * before it leaves.
 */
import { Ajv } from 'ajv'
import { parseHostAddress } from '../base/net/host-address.ts'
import { parseHostPort } from '../base/net/host-port.ts'
import type { FenceQuestion } from '../client/post-question.ts'
import { fenceCommandSchema, parseFenceCommand } from '../contract/request/fence-command.ts'
import { parseVmUuid } from '../domain/vm-uuid.ts'
import type { FenceRequest } from '../fence/request.ts'
import { fieldRules, refusalOfFault } from '../contract/request/field-rules.ts'
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
  timeout: { type: 'string', value: 'TIME', help: 'of the whole fence: 90, 90s, 5m (20 s)' },
} as const satisfies Options

export type AskedFor =
  /** `request`: the same, parsed, before anybody has taken it on. */
  | { readonly kind: 'question'; readonly question: FenceQuestion; readonly request: FenceRequest }
  | { readonly kind: 'misused'; readonly message: string }

const validate = new Ajv({ coerceTypes: false }).compile(fenceCommandSchema)

export const questionOf = ({ operands, text }: Pick<Arguments, 'operands' | 'text'>): AskedFor => {
  const [vmUuid, host] = operands
  if (vmUuid === undefined || host === undefined) return misused('VM and HOST are missing')
  const slip = slipOf(vmUuid, host)
  if (slip !== undefined) return misused(slip)
  const [uuid, user, also] = [text('host-uuid'), text('user'), text('also')]
  const timeout = text('timeout')
  const { targetHostIp, port } = portOf(host, text('port'))
  if (port === 'two') return misused('HOST and --port name two ports')
  const question = {
    vmUuid,
    targetHostIp,
    ...(uuid === undefined ? {} : { targetHostUuid: uuid }),
    ...(also === undefined ? {} : { targetHostAddresses: also.split(',') }),
    ...(user === undefined ? {} : { targetHostUsername: user }),
    ...(port === undefined ? {} : { targetHostSshPort: numberOf(port) }),
    ...(timeout === undefined ? {} : { sshTimeoutSec: secondsOf(timeout) }),
  }
  if (!validate(question)) return misused(ruleOf(refusalOfFault(validate.errors?.[0])))
  const parsed = parseFenceCommand(question, nobody)
  if (parsed.kind === 'refused') return misused(ruleOf(parsed.refusal))
  return { kind: 'question', question, request: parsed.request }
}

/** What the rules of the fields cannot say, because they know one field alone. */
const slipOf = (vm: string, host: string): string | undefined => {
  const isUuid = parseVmUuid(vm) !== undefined
  if (!isUuid && parseVmUuid(host) !== undefined && parseHostPort(vm, undefined) !== undefined) {
    return 'VM and HOST are the other way round: first the uuid of the VM, then the host'
  }
  if (!isUuid) {
    return `VM has to be a uuid: ${String(fieldRules['vmUuid'])}; on the host, virsh list --all --uuid --name shows them`
  }
  return host.includes('@') ? 'HOST has to be without a user: that is --user' : undefined
}

/** The port is taken off `HOST:PORT`; what is neither a host nor that stays for its rule. */
const portOf = (
  host: string,
  port: string | undefined,
): { readonly targetHostIp: string; readonly port?: string | undefined } => {
  const isPlain =
    parseHostAddress(host) !== undefined || parseHostPort(host, undefined) === undefined
  if (isPlain) return { targetHostIp: host, port }
  const parsed = parseHostPort(host, port)
  return parsed === undefined
    ? { targetHostIp: host, port: 'two' }
    : { targetHostIp: parsed.host, port: String(parsed.port) }
}

/** Seconds, or minutes with an `m`; what is neither stays none, so that the rule is told. */
const secondsOf = (text: string): number => {
  const [, count = '', unit] = /^(\d{1,6})([sm]?)$/.exec(text) ?? []
  return numberOf(count) * (unit === 'm' ? 60 : 1)
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
