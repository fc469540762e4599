import { callbackMutants } from './callback.ts'
import { doorMutants } from './door.ts'
import { callerMutants } from './caller.ts'
import { edgeMutants } from './edge.ts'
import { fenceAgentMutants } from './fence-agent.ts'
import type { Mutant } from './mutant.ts'
import { neighbourMutants } from './neighbours.ts'
import { laneMutants } from './lanes.ts'
import { lookMutants } from './look.ts'
import { programMutants } from './program.ts'
import { quarantineMutants } from './quarantine.ts'
import { ruleMutants } from './rule.ts'
import { trustMutants } from './trust.ts'

export const mutants: readonly Mutant[] = [
  ...ruleMutants,
  ...doorMutants,
  ...edgeMutants,
  ...callbackMutants,
  ...laneMutants,
  ...programMutants,
  ...quarantineMutants,
  ...trustMutants,
  ...callerMutants,
  ...lookMutants,
  ...fenceAgentMutants,
  ...neighbourMutants,
]
