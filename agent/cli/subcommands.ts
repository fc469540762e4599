/** Every subcommand; the help shows them in this order. */
import { configCheckSubcommand } from './config-check.ts'
import { serveSubcommand } from './serve-subcommand.ts'
import type { Subcommand } from './subcommand.ts'
import { trustSubcommand } from './trust.ts'

export const subcommands: readonly Subcommand[] = [
  serveSubcommand,
  configCheckSubcommand,
  trustSubcommand,
]
