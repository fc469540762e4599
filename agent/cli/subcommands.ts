/** Every subcommand; the help shows them in this order. */
import { askSubcommand } from './ask.ts'
import { configCheckSubcommand } from './config-check.ts'
import { doctorSubcommand } from './doctor.ts'
import { fenceSubcommand } from './fence.ts'
import { fenceAgentSubcommand } from './fence-agent/fence-agent.ts'
import { historySubcommand } from './history.ts'
import { readySubcommand } from './ready.ts'
import { serveSubcommand } from './serve-subcommand.ts'
import { statusSubcommand } from './status.ts'
import type { Subcommand } from './subcommand.ts'
import { tokenCreateSubcommand, tokenListSubcommand, tokenRevokeSubcommand } from './token.ts'
import { trustSubcommand } from './trust.ts'

export const subcommands: readonly Subcommand[] = [
  serveSubcommand,
  fenceSubcommand,
  statusSubcommand,
  askSubcommand,
  historySubcommand,
  doctorSubcommand,
  trustSubcommand,
  tokenCreateSubcommand,
  tokenListSubcommand,
  tokenRevokeSubcommand,
  configCheckSubcommand,
  readySubcommand,
  fenceAgentSubcommand,
]
