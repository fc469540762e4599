/** Every subcommand; the help shows them in this order. */
import { askSubcommand } from './ask/ask.ts'
import { configCheckSubcommand } from './config/check.ts'
import { configSchemaSubcommand } from './config/schema.ts'
import { configShowSubcommand } from './config/show.ts'
import { doctorSubcommand } from './doctor/doctor.ts'
import { fenceSubcommand } from './fence/fence.ts'
import { fenceAgentSubcommand } from './fence-agent/fence-agent.ts'
import { historySubcommand } from './history/history.ts'
import { readySubcommand } from './serve/ready.ts'
import { serveSubcommand } from './serve/serve-subcommand.ts'
import { statusSubcommand } from './status/status.ts'
import { unfenceSubcommand } from './unfence/unfence.ts'
import type { Subcommand } from './subcommand.ts'
import { tokenCreateSubcommand, tokenListSubcommand, tokenRevokeSubcommand } from './token/token.ts'
import { trustSubcommand } from './trust/trust.ts'

export const subcommands: readonly Subcommand[] = [
  serveSubcommand,
  fenceSubcommand,
  statusSubcommand,
  unfenceSubcommand,
  askSubcommand,
  historySubcommand,
  doctorSubcommand,
  trustSubcommand,
  tokenCreateSubcommand,
  tokenListSubcommand,
  tokenRevokeSubcommand,
  configCheckSubcommand,
  configShowSubcommand,
  configSchemaSubcommand,
  readySubcommand,
  fenceAgentSubcommand,
]
