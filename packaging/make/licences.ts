/** The licence texts of everything in the packages that is not ours. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface Licence {
  /** Name and version. */
  readonly of: string
  /** As the package names it. */
  readonly name: string
  readonly text: string
}

/**
 * Of one package in node_modules. `supplied` is a folder of ours with the texts that packages do
 * not bring. Throws where there is no text: what may not be passed on without one is not passed on.
 */
export const readLicence = (folder: string, supplied: string): Licence => {
  const { name, version, ...stated } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Manifest
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)(-[a-z]+)?(\.(md|txt))?$/i.test(file))
    .toSorted()
    .map((file) => join(folder, file))
  const ours = join(supplied, `${name.replace('/', '-')}.txt`)
  const sources = files.length > 0 || !existsSync(ours) ? files : [ours]
  if (sources.length === 0) throw new Error(`${name} ${version} brings no licence text`)
  const text = sources.map((file) => readFileSync(file, 'utf8').trim()).join('\n\n')
  return { of: `${name} ${version}`, name: nameOf(stated), text }
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  /** An older form. */
  readonly licenses?: readonly { readonly type: string }[]
}

const nameOf = ({ license, licenses = [] }: Pick<Manifest, 'license' | 'licenses'>): string =>
  license ?? licenses.map(({ type }) => type).join(' AND ')

export interface Runtime {
  readonly version: string
  readonly text: string
}

/**
 * The page that the packages install: our own licence, that of the runtime, those of the bundle.
 */
export const licencePage = (
  own: string,
  runtime: Runtime,
  licences: readonly Licence[],
): string => `peerfence is licensed under the Apache License, version 2.0:

${own.trimEnd()}

${line}
The packages bring software of others. /usr/lib/peerfence/agent/main.cjs holds, in whole or in part:

${licences.map(({ of, name }) => `    ${of} (${name})`).join('\n')}

and /usr/lib/peerfence/bin/node is Node.js ${runtime.version}, which holds further software. Their licences:

${licences.map(({ of, text }) => `${line}\n${of}\n\n${text}\n`).join('\n')}
${line}
Node.js ${runtime.version}

${runtime.text.trimEnd()}
`

const line = '-'.repeat(80)
