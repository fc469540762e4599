/** Why a look, or a drill, cannot tell, in words for a person. */
import type { Blindness, LookDoubt } from '../../domain/sight.ts'
import type { Inspected } from '../../inspect/inspect.ts'
import { stepAfter } from './next-step.ts'
import { summaries } from './summary.ts'

export interface BlindnessWords {
  readonly summary: string
  readonly nextStep: string
}

export const blindnessWords = (because: Blindness, seen: Inspected): BlindnessWords => {
  if (isLookDoubt(because)) return wordsOfLook[because]
  return { summary: summaries[because], nextStep: stepAfter(because, seen) }
}

const isLookDoubt = (because: Blindness): because is LookDoubt =>
  Object.hasOwn(wordsOfLook, because)

/** Of the doubts that a look alone has. */
const wordsOfLook: Readonly<Record<LookDoubt, BlindnessWords>> = {
  'host-silent': {
    summary:
      'The host gives no sign of life on any address, so that nobody can see what runs there.',
    nextStep:
      'Look at the power and the network of the host; a fence tells what its silence is worth.',
  },
  'libvirt-says-running': {
    summary: 'No process of the VM was seen, and libvirt of the host says that it runs.',
    nextStep: 'Look on the host with virsh list --all and pgrep -af qemu. Then look again.',
  },
}
