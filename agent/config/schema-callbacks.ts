/**
 * The section about answers that are sent later, to an address that the caller names. See
 * `schema.ts`.
 */
import { networkList } from './schema-parts.ts'

export const callbacksSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'Where and for how long answers are sent that a caller wants later.',
  properties: {
    to: {
      ...networkList,
      default: [],
      description:
        'Networks to which answers may be sent, besides the address of the caller itself; needed where management nodes call through a proxy.',
      'x-unit': 'CIDR, or one address',
      'x-cost':
        'Whoever may ask can have this agent send a POST to any port of any machine in it. Link-local, multicast and unspecified addresses stay refused.',
    },
    retrySec: {
      type: 'integer',
      minimum: 10,
      maximum: 3600,
      default: 600,
      description: 'How long an answer is offered to a caller that does not take it.',
      'x-unit': 's',
      'x-cost':
        'Lower lets a caller that is down for a while wait for its own timeout, half an hour in a ZStack management node; higher offers answers that nobody waits for any more.',
    },
    proofSec: {
      type: 'integer',
      minimum: 1,
      maximum: 600,
      default: 60,
      description:
        'How long after the verdict an answer that lets HA proceed may still be sent; after that the caller gets a refusal in its place.',
      'x-unit': 's',
      'x-cost':
        'Higher believes an older proof: whatever starts the VM on the suspect again in the meantime is not noticed. Lower refuses callers that are slow to take their answers.',
    },
  },
} as const
