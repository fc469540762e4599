import { createHash, randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { asciiJson } from '../../base/text/ascii-json.ts'
import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import { configOption, readConfig, configSourceOf } from '../configuration.ts'
import type { Terminal, Arguments, Subcommand } from '../subcommand.ts'
import { hashOf, tokensIn, withToken, withoutToken } from './token-edit.ts'
import { editTokensFile, readTokensFile } from './token-file.ts'

const fileOption = {
  file: {
    type: 'string',
    value: 'FILE',
    help: 'the tokens file; without it the tokensFile of the listeners, where they have one',
  },
} as const

const codes =
  'exit codes: 0 done, 1 not done, 64 wrong usage, 78 wrong configuration, or no tokens file in it'
const reloadNote = 'the agent sees it with its next reload (SIGHUP)'

export const tokenCreateSubcommand: Subcommand = {
  name: 'token create',
  synopsis: ['NAME [--file FILE] [--config FILE]'],
  operandsMax: 1,
  options: { ...fileOption, ...configOption },
  about: `Makes a bearer token for NAME, prints it, once, and adds its SHA-256 to the tokens file: nobody can print it
again. Several tokens may bear one NAME: create the new one, hand it out, then revoke the old one.
The file is written whole or not at all, 0600, or as root 0640 for the group of the agent.
${codes}`,
  run: async (args, terminal) =>
    await withName(args, terminal, async (name, { file, stateFolder }) => {
      const token = `pf_${randomBytes(32).toString('base64url')}`
      const sha256 = createHash('sha256').update(token).digest('hex')
      const because = await editTokensFile(file, stateFolder, (text) =>
        withToken(text, name, sha256),
      )
      if (because !== undefined) return notDone(file, because, terminal)
      terminal.out(`${token}\n`)
      terminal.err(`peerfence: ${file}: ${reloadNote}\n`)
      return exitCodes.done
    }),
}

export const tokenRevokeSubcommand: Subcommand = {
  name: 'token revoke',
  synopsis: ['NAME [--sha256 PREFIX] [--file FILE] [--config FILE]'],
  operandsMax: 1,
  options: {
    sha256: { type: 'string', value: 'PREFIX', help: 'only those whose SHA-256 begins like this' },
    ...fileOption,
    ...configOption,
  },
  about: `Takes every token of NAME out of the tokens file, or those of one SHA-256. The last token of a file stays: the agent
takes no empty file and would go on with what it has. Until its next reload (SIGHUP) the agent knows the token.
${codes}`,
  run: async (args, terminal) => {
    const prefix = args.text('sha256') ?? ''
    if (!/^[0-9a-f]{0,64}$/.test(prefix)) {
      terminal.err('peerfence: token: --sha256 has to be hexadecimal digits in lower case\n')
      return exitCodes.usage
    }
    return await withName(args, terminal, async (name, { file, stateFolder }) => {
      const because = await editTokensFile(file, stateFolder, (text) =>
        withoutToken(text, name, prefix),
      )
      if (because !== undefined) return notDone(file, because, terminal)
      terminal.err(`peerfence: ${file}: ${reloadNote}\n`)
      return exitCodes.done
    })
  },
}

export const tokenListSubcommand: Subcommand = {
  name: 'token list',
  synopsis: ['[--json] [--file FILE] [--config FILE]'],
  operandsMax: 0,
  options: {
    json: { type: 'boolean', help: 'JSON on standard output' },
    ...fileOption,
    ...configOption,
  },
  about: `Shows who has a token, with the beginning of its SHA-256. The tokens themselves are nowhere.
${codes}`,
  run: async (args, terminal) =>
    await withPlace(args, terminal, async ({ file }) => {
      const read = tokensIn(await readTokensFile(file))
      if (read.kind === 'faulty') return notDone(file, read.because, terminal)
      const rows = read.tokens.map((token) => ({ name: token.name, sha256: hashOf(token) }))
      if (args.isSet('json')) terminal.out(`${asciiJson(rows)}\n`)
      else for (const { name, sha256 } of rows) terminal.out(`${sha256.slice(0, 12)} ${name}\n`)
      return exitCodes.done
    }),
}

interface Place {
  readonly file: string
  readonly stateFolder: string
}

const notDone = (file: string, because: string, { err }: Pick<Terminal, 'err'>): ExitCode => {
  err(`peerfence: ${file}: nothing was changed: ${because}\n`)
  return exitCodes.notDone
}

const withName = async (
  args: Arguments,
  terminal: Terminal,
  work: (name: string, place: Place) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const [name] = args.operands
  if (name === undefined) {
    terminal.err('peerfence: token: NAME is missing\n')
    return exitCodes.usage
  }
  return await withPlace(args, terminal, async (place) => await work(name, place))
}

const withPlace = async (
  args: Arguments,
  terminal: Terminal,
  work: (place: Place) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const config = await readConfig(
    { ...configSourceOf(args, terminal), overrides: {} },
    terminal.err,
  )
  if (config === undefined) return exitCodes.config
  const files = new Set(config.http.listeners.flatMap(({ tokensFile }) => tokensFile ?? []))
  const [only, ...more] = files
  const file = args.text('file') ?? (more.length === 0 ? only : undefined)
  if (file === undefined) {
    const what = only === undefined ? 'no listener has' : 'the listeners have several'
    terminal.err(`peerfence: token: ${what} tokensFile; give --file\n`)
    return exitCodes.config
  }
  try {
    return await work({ file, stateFolder: dirname(config.journal.file) })
  } catch (error) {
    return notDone(file, String(error), terminal)
  }
}
