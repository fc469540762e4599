/** A request about several VMs of one suspect, and its way to a `FenceRequest` for each. */
import type { FromSchema } from 'json-schema-to-ts'
import type { FenceRequest, FenceRequests } from '../../fence/request.ts'
import type { Rejection } from '../reply/rejection.ts'
import { fenceCommandSchema, parseFenceCommand } from './fence-command.ts'
import type { Arrival } from './fence-command.ts'
import { brokenField } from './field-rules.ts'

const { vmUuid, ...common } = fenceCommandSchema.properties

/** As the command for one VM, with a list in the place of the VM. */
export const batchCommandSchema = {
  type: 'object',
  required: ['vmUuids', 'targetHostIp'],
  properties: {
    vmUuids: { type: 'array', minItems: 1, maxItems: 500, items: vmUuid },
    ...common,
  },
} as const

export type BatchCommand = FromSchema<typeof batchCommandSchema>

export type ParsedBatch =
  /** In the order of the list. */
  | { readonly kind: 'accepted'; readonly requests: FenceRequests }
  | { readonly kind: 'refused'; readonly refusal: Rejection }

/** The command has passed `batchCommandSchema`; each VM has an arrival of its own. */
export const parseBatchCommand = (
  { vmUuids, ...command }: BatchCommand,
  arrive: () => Arrival,
): ParsedBatch => {
  const requests: FenceRequest[] = []
  for (const one of vmUuids) {
    const parsed = parseFenceCommand({ ...command, vmUuid: one }, arrive())
    if (parsed.kind === 'refused') {
      const isVm = parsed.refusal.field === 'vmUuid'
      return { kind: 'refused', refusal: isVm ? brokenField('vmUuids') : parsed.refusal }
    }
    requests.push(parsed.request)
  }
  const [first, ...others] = requests
  const isRepeated = new Set(requests.map(({ vm }) => vm)).size < requests.length
  return first === undefined || isRepeated
    ? { kind: 'refused', refusal: brokenField('vmUuids') }
    : { kind: 'accepted', requests: [first, ...others] }
}
