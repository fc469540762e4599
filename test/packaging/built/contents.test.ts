/** What is in the packages, compared with what should be. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { join } from 'node:path'
import { test } from 'tap'
import { bundle } from '../../../packaging/make/bundle.ts'
import { readLicence } from '../../../packaging/make/licences.ts'
import {
  arches,
  debField,
  debFiles,
  debOf,
  plan,
  rpmFiles,
  rpmOf,
  rpmQuery,
  unpackDeb,
  version,
} from '../../fixtures/values/packages.ts'

const bytesMax = 30_000_000

test('each has at most 30 MB', async (t) => {
  for (const file of arches.flatMap((arch) => [debOf(arch), rpmOf(arch)])) {
    const { size } = statSync(file)
    t.ok(size <= bytesMax, file)
    t.comment(`package | ${file.replace(/^.*\//, '')} | ${(size / 1e6).toFixed(2)} MB`)
  }
})

/** `0640` as ls has it. */
const perms = (mode: string): string => {
  if (mode === 'link') return 'lrwxrwxrwx'
  const bits = Number.parseInt(mode, 8)
  const letters = Array.from('rwxrwxrwx', (letter, index) =>
    (bits & (0o400 >> index)) === 0 ? '-' : letter,
  )
  return `-${letters.join('')}`
}

test('they hold what packaging/files says, and nothing else', async (t) => {
  const planned = (kind: string) =>
    plan()
      .filter(({ only }) => only === '' || only === kind)
      .map(({ mode, path }) => ({ mode: perms(mode), owner: 'root/root', path }))
      .toSorted((one, other) => (one.path < other.path ? -1 : 1))
  const ofGroup = planned('rpm').map((file) =>
    file.path.startsWith('/etc/') ? { ...file, owner: 'root/peerfence' } : file,
  )
  for (const arch of arches) {
    t.same(debFiles(debOf(arch)), planned('deb'), `deb, ${arch}`)
    t.same(rpmFiles(rpmOf(arch)), ofGroup, `rpm, ${arch}`)
  }
})

test('configuration is marked as such', async (t) => {
  for (const arch of arches) {
    const directory = t.testdir({})
    unpackDeb(debOf(arch), directory)
    const listed = readFileSync(join(directory, 'DEBIAN/conffiles'), 'utf8').trim().split('\n')
    t.same(listed, ['/etc/peerfence/peerfence.json', '/etc/ufw/applications.d/peerfence'])
    t.equal(rpmQuery(rpmOf(arch), '--configfiles').trim(), '/etc/peerfence/peerfence.json')
  }
  const flags = rpmQuery(rpmOf('x86_64'), '--queryformat', '[%{FILENAMES} %{FILEFLAGS:fflags}\n]')
  t.match(flags, /peerfence\.json cn$/m, 'and rpm does not replace it')
})

test('version, commit and changelogs agree', async (t) => {
  const commit = execFileSync(
    'git',
    ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'],
    {
      encoding: 'utf8',
    },
  ).trim()
  for (const arch of arches) {
    const directory = t.testdir({})
    unpackDeb(debOf(arch), directory)
    t.equal(debField(debOf(arch), 'Version'), `${version}-1`)
    t.equal(rpmQuery(rpmOf(arch), '--queryformat', '%{VERSION}-%{RELEASE}'), `${version}-1`)
    const inside: unknown = JSON.parse(
      readFileSync(join(directory, 'usr/lib/peerfence/package.json'), 'utf8'),
    )
    t.same(inside, { name: 'peerfence', version, build: `commit ${commit}` })
    const read = (name: string): string =>
      gunzipSync(readFileSync(join(directory, 'usr/share/doc/peerfence', name))).toString()
    const versionsIn = (text: string, form: RegExp) =>
      [...text.matchAll(form)].map(([, one]) => one)
    const debian = versionsIn(read('changelog.Debian.gz'), /^peerfence \(([^)]+)\)/gm)
    const rpm = versionsIn(rpmQuery(rpmOf(arch), '--changelog'), /^\* .* - (\S+)$/gm)
    t.same(rpm, debian)
    t.equal(debian[0], `${version}-1`)
    const page = read('changelog.gz')
    t.equal(page, readFileSync('CHANGELOG.md', 'utf8'))
    const released = versionsIn(page, /^## (\d+\.\d+\.\d+) /gm).map((one) => `${String(one)}-1`)
    t.same(debian.slice(debian.length - released.length), released)
  }
})

test('no licence text is missing', async (t) => {
  const { packages } = await bundle(process.cwd(), join(t.testdir({}), 'main.cjs'))
  t.ok(packages.length > 50)
  for (const arch of arches) {
    const directory = t.testdir({})
    unpackDeb(debOf(arch), directory)
    const page = readFileSync(join(directory, 'usr/share/doc/peerfence/licences'), 'utf8')
    for (const folder of packages) {
      const { of, text } = readLicence(folder, 'packaging/licences')
      t.ok(page.includes(`\n${of}\n\n${text}\n`), `${of} in ${arch}`)
    }
    const runtime = readFileSync(join('build/packages', arch, 'runtime/LICENSE'), 'utf8')
    t.ok(page.includes(runtime.trim()), `Node.js in ${arch}`)
    t.ok(page.includes(readFileSync('LICENSE', 'utf8').trim()))
  }
})

test('the runtime alone differs between architectures', async (t) => {
  const directory = t.testdir({ x86_64: {}, aarch64: {} })
  for (const arch of arches) unpackDeb(debOf(arch), join(directory, arch))
  const differing = plan()
    .filter(({ mode, only }) => mode !== 'link' && only !== 'rpm')
    .filter(({ path }) => {
      const [one, other] = arches.map((arch) => readFileSync(join(directory, arch, path)))
      return one === undefined || other === undefined || !one.equals(other)
    })
    .map(({ path }) => path)
  t.same(differing, ['/usr/lib/peerfence/bin/node'])
  // e_machine of the ELF header, and no table of symbols.
  for (const [arch, machine] of [
    ['x86_64', 62],
    ['aarch64', 183],
  ] as const) {
    const file = join(directory, arch, 'usr/lib/peerfence/bin/node')
    t.equal(readFileSync(file).readUInt16LE(18), machine, arch)
    t.notMatch(
      execFileSync('readelf', ['--sections', '--wide', file], { encoding: 'utf8' }),
      '.symtab',
    )
  }
  t.ok(existsSync(join(directory, 'x86_64/usr/lib/peerfence/scripts/suspect/fence-vms.bash')))
})

test('what it depends on: old enough for every distribution that is promised', async (t) => {
  const newest = (text: string, form: RegExp): string =>
    [...text.matchAll(form)]
      .map(([, one = '']) => one)
      .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
      .at(-1) ?? 'none'
  for (const arch of arches) {
    const requires = rpmQuery(rpmOf(arch), '--requires')
    t.equal(newest(requires, /\(GLIBC_([0-9.]+)\)/g), '2.28', 'EL8')
    t.equal(newest(requires, /\(CXXABI_([0-9.]+)\)/g), '1.3.11', 'gcc 7')
    t.match(requires, /^PayloadIsXz|rpmlib\(PayloadIsXz\)/m)
    t.notMatch(requires, /libatomic|PayloadIsZstd/)
    t.match(debField(debOf(arch), 'Depends'), 'libc6 (>= 2.28), libstdc++6 (>= 7)')
    t.match(execFileSync('ar', ['t', debOf(arch)], { encoding: 'utf8' }), 'data.tar.xz')
  }
})
