/** Lines of key=value, as fence-agents have them, to what a command line would have given. Pure. */
import type { Arguments } from '../subcommand.ts'
import { optionOf, parameters } from './parameters.ts'

export type Input =
  | {
      readonly kind: 'given'
      readonly args: Arguments
      /** Names of what is not ours; never their values, which may be secret. */
      readonly ignored: readonly string[]
    }
  | { readonly kind: 'misused'; readonly message: string }

/** The same name as the table has it, for each way to write it. `nodename` is the fencer's own. */
const names: ReadonlyMap<string, string> = new Map([
  ['nodename', 'nodename'],
  ...parameters.flatMap(({ name, obsoletes }) => [
    [name, name] as const,
    ...(obsoletes === undefined ? [] : [[obsoletes, name] as const]),
  ]),
])
const booleans: ReadonlySet<string> = new Set(
  parameters.filter(({ type }) => type === 'boolean').map(({ name }) => name),
)
const yes: readonly string[] = ['1', 'yes', 'on', 'true']
const no: readonly string[] = ['', '0', 'no', 'off', 'false']

export const parseInput = (text: string): Input => {
  const values = new Map<string, string>()
  const ignored: string[] = []
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const end = line.includes('=') ? line.indexOf('=') : line.length
    const [key, written] = [line.slice(0, end), line.slice(end + 1)]
    const name = names.get(key.trim().replaceAll('-', '_'))
    if (name === undefined) {
      // What does not look like a name may be half a secret.
      ignored.push(/^[\w-]{1,40}=/.test(line) ? key : 'a line without a name')
      continue
    }
    const quoted = /^"(.*)"$/.exec(written)
    const value = quoted?.[1] ?? written
    // Of two VMs, or two hosts, neither is the one that was meant.
    if (values.has(name) && values.get(name) !== value) {
      return { kind: 'misused', message: `${name} is given twice, and not the same` }
    }
    values.set(name, value)
  }
  for (const name of booleans) {
    const value = values.get(name)?.toLowerCase()
    if (value === undefined || no.includes(value)) values.delete(name)
    else if (!yes.includes(value)) {
      return { kind: 'misused', message: `${name} has to be 1 or 0` }
    }
  }
  return { kind: 'given', args: givenOf(values), ignored }
}

const givenOf = (values: ReadonlyMap<string, string>): Arguments => {
  const byOption = new Map([...values].map(([name, value]) => [optionOf(name), value]))
  return {
    operands: [],
    // What is given and empty is not given, as configurations leave it behind.
    text: (option) => (byOption.get(option) === '' ? undefined : byOption.get(option)),
    isSet: (option) => byOption.has(option) && byOption.get(option) !== '',
  }
}
