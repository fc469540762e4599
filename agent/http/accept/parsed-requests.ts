import type { Rejection } from '../../contract/reply/rejection.ts'
import type { FenceRequests } from '../../fence/request.ts'

export interface Refused {
  readonly kind: 'refused'
  readonly refusal: Rejection
}

/** What became of a body: the requests in it, or why it is turned away. */
export type ParsedRequests =
  { readonly kind: 'accepted'; readonly requests: FenceRequests } | Refused
