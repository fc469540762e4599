/** `trust --import`: lines of an OpenSSH known_hosts file, taken over all together. */
import { open } from 'node:fs/promises'
import { isFault, planImport } from '../../suspect/host-key/known-hosts-import.ts'
import type { ImportPlan, ImportedLine } from '../../suspect/host-key/known-hosts-import.ts'
import { knownHostsBytesMax } from '../../suspect/host-key/known-hosts-file.ts'
import type { KnownHostsFile } from '../../suspect/host-key/known-hosts-file.ts'
import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import type { Terminal } from '../subcommand.ts'

const words: Readonly<Record<ImportedLine['word'], string>> = {
  added: 'added',
  replaced: 'added in place of another key',
  'already-known': 'already known',
  'authority-skipped': 'skipped: certificate authorities are not supported',
  'type-skipped': 'skipped: the agent uses no keys of this type',
  'revoked-skipped': 'skipped: the key is revoked',
  malformed: 'malformed',
  conflict: 'another key of this type is known for the host',
  contradiction: 'the file has another key of this type for the host',
}

/** `-` is standard input. Undefined where it cannot be read, or is longer than a store can be. */
export const readImport = async (
  file: string,
  { stdin }: Pick<Terminal, 'stdin'>,
): Promise<string | undefined> => {
  try {
    const from = file === '-' ? stdin() : (await open(file, 'r')).createReadStream()
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of from as AsyncIterable<Buffer | string>) {
      const buffer = Buffer.from(chunk)
      bytes += buffer.length
      if (bytes > knownHostsBytesMax) return undefined
      chunks.push(buffer)
    }
    return Buffer.concat(chunks).toString('latin1')
  } catch {
    // Not there, a folder, not permitted.
    return undefined
  }
}

export const importKnown = async (
  text: string,
  { mayReplace, isDryRun }: { readonly mayReplace: boolean; readonly isDryRun: boolean },
  store: KnownHostsFile,
  { out, err }: Terminal,
): Promise<ExitCode> => {
  let plan: ImportPlan = { lines: [], text: undefined }
  const kept = await store.rewrite((before) => {
    plan = planImport(text, before, mayReplace)
    if (plan.text === undefined) return { kind: 'refuse' }
    return isDryRun || plan.text === before
      ? { kind: 'nothing' }
      : { kind: 'text', text: plan.text }
  })
  for (const one of plan.lines) {
    const tell = isFault(one) ? err : out
    tell(`line ${one.line}: ${words[one.word]}\n`)
  }
  switch (kept) {
    case 'kept':
      out(isDryRun ? 'nothing was written: this was a dry run\n' : `${countOf(plan)} lines added\n`)
      return exitCodes.done
    case 'refused':
      err('peerfence: nothing was written, because of the lines above\n')
      return exitCodes.notDone
    case 'failed':
      err('peerfence: nothing was written: the known hosts file cannot be read or written\n')
      return exitCodes.notDone
  }
}

const countOf = ({ lines }: ImportPlan): number =>
  lines.filter(({ word }) => word === 'added' || word === 'replaced').length
