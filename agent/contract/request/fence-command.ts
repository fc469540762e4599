/** The request as the management node sends it, and its way to a `FenceRequest`. */
import type { FromSchema } from 'json-schema-to-ts'
import { parseVmUuid } from '../../domain/vm-uuid.ts'
import { parseHostAddress } from '../../base/net/host-address.ts'
import type { HostAddress } from '../../base/net/host-address.ts'
import { Secret } from '../../base/text/secret.ts'
import type { CallbackAsk, CallerConnection, FenceRequest } from '../../fence/request.ts'
import type { Rejection } from '../reply/rejection.ts'
import { userPattern } from '../../base/net/login-user.ts'
import { brokenField } from './field-rules.ts'

/**
 * Open to fields that we do not know, because the caller may grow; closed to wrong types, `null`
 * included. Lengths bound what the rules below have to read.
 */
export const fenceCommandSchema = {
  type: 'object',
  required: ['vmUuid', 'targetHostIp'],
  properties: {
    vmUuid: { type: 'string', maxLength: 36 },
    targetHostIp: { type: 'string', maxLength: 253 },
    targetHostUuid: { type: 'string', pattern: '^[A-Za-z0-9-]{0,64}$' },
    targetHostAddresses: {
      type: 'array',
      maxItems: 8,
      uniqueItems: true,
      items: { type: 'string', maxLength: 253 },
    },
    targetHostUsername: { type: 'string', pattern: userPattern },
    targetHostPassword: { type: 'string', maxLength: 1024, pattern: '^[^\\u0000]*$' },
    targetHostPrivateKey: { type: 'string', maxLength: 16_384, pattern: '^[^\\u0000]*$' },
    targetHostSshPort: { type: 'integer', minimum: 1, maximum: 65_535 },
    sshTimeoutSec: { type: 'integer', minimum: 1, maximum: 300 },
    passedOnBy: { type: 'string', pattern: '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
  },
} as const

export type FenceCommand = FromSchema<typeof fenceCommandSchema>

/** What the agent adds to a command to make it a request of its own. */
export interface Arrival {
  readonly fenceId: string
  readonly requestId: string
  readonly askedBy: string
  /** The longest budget that the operator grants, in ms. */
  readonly budgetMsMax: number
  readonly caller: CallerConnection | undefined
  /** Where the answer is wanted later; undefined where it is the response. */
  readonly callback: CallbackAsk | undefined
}

export type ParsedCommand =
  | { readonly kind: 'accepted'; readonly request: FenceRequest }
  | { readonly kind: 'refused'; readonly refusal: Rejection }

const refused = (field: string): ParsedCommand => ({
  kind: 'refused',
  refusal: brokenField(field),
})

/**
 * Parses what the schema cannot say, applies every default, and wraps the secrets. The command has
 * passed `fenceCommandSchema`; source of the defaults: the management node's own.
 */
export const parseFenceCommand = (command: FenceCommand, arrival: Arrival): ParsedCommand => {
  const vm = parseVmUuid(command.vmUuid)
  if (vm === undefined) return refused('vmUuid')
  const first = parseSuspectAddress(command.targetHostIp)
  if (first === undefined) return refused('targetHostIp')
  const further: HostAddress[] = []
  for (const text of command.targetHostAddresses ?? []) {
    const address = parseSuspectAddress(text)
    if (address === undefined) return refused('targetHostAddresses')
    if (address !== first && !further.includes(address)) further.push(address)
  }
  const password = secretOf(command.targetHostPassword)
  const privateKey = secretOf(command.targetHostPrivateKey)
  const { passedOnBy } = command
  const request: FenceRequest = {
    fenceId: arrival.fenceId,
    requestId: arrival.requestId,
    askedBy: arrival.askedBy,
    ...(arrival.caller === undefined ? {} : { caller: arrival.caller }),
    ...(passedOnBy === undefined ? {} : { passedOnBy }),
    ...(arrival.callback === undefined ? {} : { callback: arrival.callback }),
    vm,
    suspect: {
      addresses: [first, ...further],
      port: command.targetHostSshPort ?? 22,
      user: command.targetHostUsername ?? 'root',
      hostUuid: command.targetHostUuid ?? '',
      ...(password === undefined ? {} : { password }),
      ...(privateKey === undefined ? {} : { privateKey }),
    },
    budgetMs: Math.min((command.sshTimeoutSec ?? 20) * 1000, arrival.budgetMsMax),
  }
  return { kind: 'accepted', request }
}

/**
 * A resolver takes a name whose last label is a number (`0x7f000001`, `10.0.0.0x1`) for an IPv4
 * address, so such a name would slip past every rule about addresses.
 */
const numberInDisguise = /(^|\.)(0x[0-9a-f]*|[0-9]+)\.?$/i

const parseSuspectAddress = (text: string): HostAddress | undefined => {
  const address = parseHostAddress(text)
  if (address === undefined || text === '') return undefined
  const isName = !address.includes(':') && !/^[0-9.]+$/.test(address)
  return isName && numberInDisguise.test(address) ? undefined : address
}

/** An empty secret opens no door: it counts as absent, so that our own credentials are used. */
const secretOf = (text: string | undefined): Secret | undefined =>
  text === undefined || text === '' ? undefined : new Secret(text)
