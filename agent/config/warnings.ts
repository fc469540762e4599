/** What is no fault of a configuration and yet not what most sites want. */
import { parseAddressPort } from '../base/net/host-port.ts'
import type { Config, ConfigFault } from './config.ts'

/** Below this a switch that learns anew, or a link that negotiates, passes for a dead host. */
const silenceSecMin = 10
/** What a request has to grant beyond the silence: the way to it, and the answer. */
export const beyondSilenceSec = 2

type Warned = Pick<Config, 'probe' | 'fence' | 'suspects' | 'callbacks'>

export const configWarnings = ({
  probe,
  fence,
  suspects,
  callbacks,
}: Warned): readonly ConfigFault[] => {
  const { silenceSec, routedSilence, witnesses } = probe
  const warn = (path: string, rule: string, isSo: boolean): readonly ConfigFault[] =>
    isSo ? [{ path, rule }] : []
  return [
    ...warn(
      '/probe/silenceSec',
      `below ${silenceSecMin} a switch that blocks a port for a while passes for a dead host`,
      silenceSec < silenceSecMin,
    ),
    ...warn(
      '/fence/budgetMaxSec',
      'does not hold probe.silenceSec and 2 s more: no silence will ever count',
      fence.budgetMaxSec < silenceSec + beyondSilenceSec,
    ),
    ...warn(
      '/suspects/quarantineSec',
      'is not longer than callbacks.proofSec: a proof may be taken once the quarantine is over',
      suspects.quarantineSec > 0 && suspects.quarantineSec <= callbacks.proofSec,
    ),
    ...warn(
      '/probe/witnesses',
      'none has a port: routed silence is accepted and will never count',
      routedSilence === 'accept' &&
        witnesses.every((text) => parseAddressPort(text)?.port === undefined),
    ),
  ]
}
