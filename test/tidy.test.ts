/** The rules of the tree that no compiler checks. */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'

// Compiled tests lie one level deeper than the sources.
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Tracked files and those that a commit would add. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))
const agentFiles = files.filter((file) => /^agent\/.*\.ts$/.test(file))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Parts of one thing that are tested together, by the test of that thing. */
const testedBy: Readonly<Record<string, string>> = {
  'agent/contract/api-route.ts': 'test/contract/api.test.ts',
  'agent/contract/monitoring-api.ts': 'test/contract/api.test.ts',
  'agent/contract/closed-schema.ts': 'test/contract/reply-schemas.test.ts',
  'agent/contract/drill-schema.ts': 'test/contract/last-drill.test.ts',
  'agent/contract/drill-words.ts': 'test/contract/drill-report.test.ts',
  'agent/contract/look-words.ts': 'test/contract/look-reply.test.ts',
  'agent/contract/explain-query.ts': 'test/contract/records-query.test.ts',
  'agent/probe/ask.ts': 'test/probe/probe.test.ts',
  'agent/probe/json-shape.ts': 'test/probe/route-json.test.ts',
  'agent/probe/limits.ts': 'test/probe/probe.test.ts',
  'agent/probe/look-on-link.ts': 'test/probe/probe.test.ts',
  'agent/probe/look-address.ts': 'test/probe/probe.test.ts',
  'agent/probe/neighbour-json.ts': 'test/probe/neighbour.test.ts',
  'agent/probe/neighbour-judge.ts': 'test/probe/neighbour.test.ts',
  'agent/fence/lane-sessions.ts': 'test/fence/lane.test.ts',
  'agent/compose-eyes.ts': 'test/compose.test.ts',
  'agent/cli/look-peer.ts': 'test/cli/status.test.ts',
  'agent/cli/placed.ts': 'test/cli/fence.test.ts',
  'agent/client/post-question.ts': 'test/client/ask-peers.test.ts',
  'agent/compose-fence.ts': 'test/compose.test.ts',
  'agent/compose-looks.ts': 'test/compose.test.ts',
  'agent/cli/fence-agent/parameters.ts': 'test/cli/fence-agent/metadata.test.ts',
  'agent/cli/stand-alone.ts': 'test/cli/fence-stand-alone.test.ts',
  'agent/client/voice.ts': 'test/client/ask-peers.test.ts',
  'agent/cli/doctor-run.ts': 'test/cli/doctor.test.ts',
  'agent/cli/status-by-agent.ts': 'test/cli/status.test.ts',
  'agent/cli/by-agent.ts': 'test/cli/fence-by-agent.test.ts',
  'agent/cli/run-until-signal.ts': 'test/main.test.ts',
  'agent/cli/serve-subcommand.ts': 'test/main.test.ts',
  'agent/cli/subcommands.ts': 'test/cli/usage.test.ts',
  'agent/probe/witness.ts': 'test/probe/probe.test.ts',
  'agent/suspect/ending.ts': 'test/suspect/contact.test.ts',
  'agent/suspect/report-frame.ts': 'test/suspect/report.test.ts',
}

/** Files that hold types and nothing that could be wrong by itself. */
const withoutTest = new Set([
  'agent/cli/subcommand.ts',
  'agent/domain/evidence.ts',
  'agent/fence/callbacks.ts',
  'agent/fence/observation.ts',
  'agent/fence/past.ts',
  'agent/fence/ports.ts',
  'agent/fence/record.ts',
  'agent/fence/request.ts',
  'agent/fence/service.ts',
  'agent/fence/trail.ts',
])

test('every agent file has its test at the same path', async (t) => {
  t.ok(agentFiles.length > 50, 'there is something to check')
  const missing = agentFiles.filter((file) => {
    const mirror = testedBy[file] ?? file.replace(/^agent\//, 'test/').replace(/\.ts$/, '.test.ts')
    return !existsSync(join(root, mirror)) && !withoutTest.has(file)
  })
  t.same(missing, [])
  for (const file of withoutTest) {
    t.notMatch(read(file), /^(export )?(const|function|class) /m, `${file} holds only types`)
  }
})

test('no file is longer than 200 lines', async (t) => {
  const long = files.filter(
    (file) =>
      /^(agent|packaging|scripts)\/.*\.(ts|bash|sh)$/.test(file) &&
      read(file).split('\n').length > 201,
  )
  t.same(long, [])
})

test('the wire’s names are known to the contract alone', async (t) => {
  const wire = /qemuConfirmedDead|qemuStillAlive|targetHostUnreachable/
  const knowing = agentFiles.filter((file) => wire.test(read(file)))
  t.ok(knowing.length > 0)
  t.same(
    knowing.filter((file) => !file.startsWith('agent/contract/')),
    [],
  )
})

test('what a management plane takes of us brings nothing else along', async (t) => {
  const client = agentFiles.filter((file) => file.startsWith('agent/client/'))
  const own = [...client, 'agent/contract/judged-answer.ts', 'agent/contract/paths.ts']
  t.ok(client.length > 2)
  for (const file of own) {
    const imports = [...read(file).matchAll(/ from '([^']+)'/g)].map(([, from = '']) => from)
    for (const from of imports.filter((one) => !one.startsWith('node:'))) {
      t.ok(own.includes(join(dirname(file), from)), `${file} imports ${from}`)
    }
  }
})

test('there is no barrel, no default export and no enum', async (t) => {
  for (const file of agentFiles) {
    t.notMatch(file, /\/index\.ts$/)
    t.notMatch(read(file), /^export default |^export \* |^(export )?(const )?enum /m, file)
  }
})

test('no path of a machine and no registry is in the tree', async (t) => {
  const lock = read('package-lock.json')
  t.notMatch(lock, /"resolved"/)
  const paths = /(^|[^a-z.])\/(work|farm|home\/[a-z]+)\//m
  const leaking = files.filter((file) => file !== 'test/tidy.test.ts' && paths.test(read(file)))
  t.same(leaking, [])
})

const lint = (directory: string): string => {
  const oxlint = join(root, 'node_modules/.bin/oxlint')
  try {
    // Without the environment of the test runner, which would load itself into oxlint's process too.
    const args = ['-i', `PATH=${process.env['PATH'] ?? ''}`, oxlint, 'agent']
    return execFileSync('env', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  }
}

const violations: readonly (readonly [string, string, string])[] = [
  ['domain', '../fence/ports.ts', 'domain imports nothing'],
  ['domain', 'node:fs', 'domain imports nothing'],
  ['fence', '../suspect/session.ts', 'fence knows its ports'],
  ['fence', 'node:fs', 'fence knows its ports'],
  ['suspect', '../http/server.ts', 'an outbound edge'],
  ['probe', '../contract/summary.ts', 'an outbound edge'],
  ['journal', '../compose.ts', 'an outbound edge'],
  ['http', '../suspect/session.ts', 'the inbound edge'],
  ['http', '../callback/callbacks.ts', 'the inbound edge'],
  ['callback', '../http/networks.ts', 'the way back to the caller'],
  ['fence', '../callback/deliver.ts', 'fence knows its ports'],
  ['journal', '../callback/deliver.ts', 'an outbound edge'],
  ['contract', '../http/server.ts', 'the contract sees'],
  ['config', '../cli/usage.ts', 'the configuration knows'],
  ['client', '../domain/verdict.ts', 'the client of a management plane'],
  ['client', '../contract/fence-reply.ts', 'the client of a management plane'],
  ['client', 'fastify', 'the client of a management plane'],
]

for (const [folder, target, rule] of violations) {
  test(`lint complains when ${folder} imports ${target}`, async (t) => {
    // Not below this tree: what git ignores, oxlint does not look at.
    const directory = mkdtempSync(join(tmpdir(), 'peerfence-tidy-'))
    t.teardown(() => {
      rmSync(directory, { recursive: true })
    })
    mkdirSync(join(directory, 'agent', folder), { recursive: true })
    const planted = `import { x } from '${target}'\nx()\n`
    writeFileSync(join(directory, 'agent', folder, 'planted.ts'), planted)
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
    copyFileSync(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'))
    t.match(lint(directory), new RegExp(rule))
  })
}
