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
  'agent/suspect/report/file-systems.ts': 'test/suspect/report/report-line.test.ts',
  'agent/contract/api/api-route.ts': 'test/contract/api/api.test.ts',
  'agent/contract/api/monitoring-api.ts': 'test/contract/api/api.test.ts',
  'agent/contract/reply/closed-schema.ts': 'test/contract/reply/reply-schemas.test.ts',
  'agent/cli/trust/perform-trust.ts': 'test/cli/trust/trust.test.ts',
  'agent/contract/reply/look-schemas.ts': 'test/contract/reply/reply-schemas.test.ts',
  'agent/contract/reply/drill-schema.ts': 'test/contract/reply/last-drill.test.ts',
  'agent/contract/words/drill-words.ts': 'test/contract/reply/drill-report.test.ts',
  'agent/contract/words/look-words.ts': 'test/contract/reply/look-reply.test.ts',
  'agent/contract/request/explain-query.ts': 'test/contract/request/history-query.test.ts',
  'agent/probe/ip-and-ping.ts': 'test/probe/probe.test.ts',
  'agent/probe/json-shape.ts': 'test/probe/route-json.test.ts',
  'agent/probe/limits.ts': 'test/probe/probe.test.ts',
  'agent/probe/probe-on-link.ts': 'test/probe/probe.test.ts',
  'agent/probe/probe-address.ts': 'test/probe/probe.test.ts',
  'agent/probe/neighbour-json.ts': 'test/probe/neighbour.test.ts',
  'agent/probe/neighbour-judge.ts': 'test/probe/neighbour.test.ts',
  'agent/neighbours/neighbour-contact.ts': 'test/neighbours/neighbour-answer.test.ts',
  'agent/neighbours/plain-object.ts': 'test/neighbours/neighbour-answer.test.ts',
  'agent/neighbours/ask-neighbour.ts': 'test/neighbours/neighbours.test.ts',
  'agent/neighbours/neighbour.ts': 'test/neighbours/neighbours.test.ts',
  'agent/compose/way-round.ts': 'test/neighbours/read-neighbours.test.ts',
  'agent/fence/journal-time.ts': 'test/fence/fence-vm.test.ts',
  'agent/fence/lane/session-pool.ts': 'test/fence/lane/lane.test.ts',
  'agent/compose/suspect-access.ts': 'test/compose/agent.test.ts',
  'agent/cli/status/look-peer.ts': 'test/cli/status/status.test.ts',
  'agent/cli/run-placed.ts': 'test/cli/fence/fence.test.ts',
  'agent/client/post-question.ts': 'test/client/ask-peers.test.ts',
  'agent/compose/fence.ts': 'test/compose/agent.test.ts',
  'agent/compose/looks.ts': 'test/compose/agent.test.ts',
  'agent/cli/fence-agent/parameters.ts': 'test/cli/fence-agent/metadata.test.ts',
  'agent/cli/stand-alone.ts': 'test/cli/fence/fence-stand-alone.test.ts',
  'agent/client/voter.ts': 'test/client/ask-peers.test.ts',
  'agent/cli/doctor/doctor-run.ts': 'test/cli/doctor/doctor.test.ts',
  'agent/cli/status/status-by-agent.ts': 'test/cli/status/status.test.ts',
  'agent/cli/by-agent.ts': 'test/cli/fence/fence-by-agent.test.ts',
  'agent/cli/serve/run-until-signal.ts': 'test/main.test.ts',
  'agent/cli/serve/serve-subcommand.ts': 'test/main.test.ts',
  'agent/cli/subcommands.ts': 'test/cli/usage.test.ts',
  'agent/probe/witness.ts': 'test/probe/probe.test.ts',
  'agent/probe/witness-neighbour.ts': 'test/probe/probe.test.ts',
  'agent/domain/decide-silence.ts': 'test/domain/decide.test.ts',
  'agent/suspect/opening-failure.ts': 'test/suspect/suspect.test.ts',
  'agent/suspect/report/report-frame.ts': 'test/suspect/report/report.test.ts',
  'agent/suspect/report/protocol.ts': 'test/suspect/program/program.test.ts',
  'agent/suspect/report/line-reader.ts': 'test/suspect/report/report.test.ts',
  'agent/suspect/program/program-end.ts': 'test/suspect/program/run-program.test.ts',
  'agent/domain/doubts-of-report.ts': 'test/domain/decide.test.ts',
  'agent/program-file.ts': 'test/compose/agent.test.ts',
}

/** Files that hold types and nothing that could be wrong by itself. */
const withoutTest = new Set([
  'agent/cli/subcommand.ts',
  'agent/domain/evidence.ts',
  'agent/domain/host-evidence.ts',
  'agent/domain/neighbour-evidence.ts',
  'agent/domain/silence-evidence.ts',
  'agent/fence/callbacks.ts',
  'agent/fence/observation.ts',
  'agent/fence/history.ts',
  'agent/fence/ports.ts',
  'agent/fence/record.ts',
  'agent/fence/request.ts',
  'agent/fence/service.ts',
  'agent/fence/contact-trail.ts',
  'agent/base/time/clock.ts',
  'agent/http/accept/parsed-requests.ts',
  'agent/probe/probe-run.ts',
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

test('the wire’s names stand in the contract, in the caller’s side of it and as words of verdicts alone', async (t) => {
  const wire = /qemuConfirmedDead|qemuStillAlive|targetHostUnreachable/
  const knowing = agentFiles.filter((file) => wire.test(read(file)))
  t.ok(knowing.length > 0)
  t.same(
    knowing.filter(
      (file) => !/^agent\/(contract\/|client\/judge-answer|domain\/verdict-word)/.test(file),
    ),
    [],
  )
})

test('what a management plane takes of us brings nothing else along', async (t) => {
  const client = agentFiles.filter((file) => file.startsWith('agent/client/'))
  const own = [...client, 'agent/contract/api/paths.ts']
  t.ok(client.length > 2)
  for (const file of own) {
    const imports = [...read(file).matchAll(/ from '([^']+)'/g)].map(([, from = '']) => from)
    for (const from of imports.filter((one) => !one.startsWith('node:'))) {
      t.ok(own.includes(join(dirname(file), from)), `${file} imports ${from}`)
    }
  }
})

test('a test that shares its process changes nothing of it', async (t) => {
  const touching =
    /\btap\.setTimeout\(|\bprocess\.(env\[[^\]]*\] = |chdir|sete?[ug]id|umask\(|exitCode = |memoryUsage)|^ *globalThis\./m
  const unitTests = files.filter(
    (file) => /^test\/.*\.test\.ts$/.test(file) && !/^test\/(lab|packaging\/built)\//.test(file),
  )
  const isAlone = (file: string): boolean =>
    /^\/\/ runs in a process of its own: ./m.test(read(file))
  t.ok(unitTests.some(isAlone))
  t.same(
    unitTests.filter((file) => !isAlone(file) && touching.test(read(file))),
    [],
    'the first line of such a file is `// runs in a process of its own: why`',
  )
})

test('there is no barrel, no default export and no enum', async (t) => {
  for (const file of agentFiles) {
    t.notMatch(file, /\/index\.ts$/)
    t.notMatch(read(file), /^export default |^export \* |^(export )?(const )?enum /m, file)
  }
})

/** Where something may be called a look: it kills nothing, and leads to no verdict. */
const lookPlaces =
  /^agent\/(inspect\/|contract\/|cli\/(status|fence-agent)\/|client\/judge-look|domain\/sight|http\/(routes\/look-route|server)|compose\/(agent|looks))/

/** Code without comments and texts: what is left are names. */
const namesOf = (file: string): string =>
  read(file)
    .replaceAll(/\/\*[^]*?\*\/|(?<!:)\/\/.*/g, '')
    .replaceAll(/'[^'\n]*'|`[^`]*`/g, '')

test('no comment is wider than 100 columns', async (t) => {
  for (const file of files.filter((one) => /^(agent|packaging|test)\/.*\.ts$/.test(one))) {
    const wide = read(file).match(/^ *(?:\/\/|\/?\*).{98,}$/gm) ?? []
    t.same(
      wide.filter((line) => line.length > 100),
      [],
      file,
    )
  }
})

test('nothing that can kill is called a look', async (t) => {
  const called = /\b(?:look(?!up)|[a-z][A-Za-z]*Look(?!up)|Look(?!up))[A-Za-z]*\b/g
  for (const file of agentFiles.filter((one) => !lookPlaces.test(one))) {
    t.same(namesOf(file).match(called) ?? [], [], file)
  }
})

test('what is handed in is called Config or Deps, and nothing else', async (t) => {
  const others = /(?:interface|type) \w+(?:Rules|Options|Settings|Parts|Knobs|Watch)\b/g
  for (const file of agentFiles) t.same(namesOf(file).match(others) ?? [], [], file)
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
    // Without the environment of the test runner, which would load itself into oxlint's process
    // too.
    const args = ['-i', `PATH=${process.env['PATH'] ?? ''}`, oxlint, '-f', 'json', 'agent']
    return execFileSync('env', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  }
}

const violations: readonly (readonly [string, string, string])[] = [
  ['base/net', '../../domain/vm-uuid.ts', 'base knows no word of fencing'],
  ['base/text', 'fastify', 'base knows no word of fencing'],
  ['domain', '../fence/ports.ts', 'domain imports nothing'],
  ['domain', '../base/net/cidr.ts', 'domain imports nothing'],
  ['domain', 'node:fs', 'domain imports nothing'],
  ['fence', '../suspect/suspect.ts', 'fence knows its ports'],
  ['fence', '../inspect/look.ts', 'fence knows its ports'],
  ['fence', 'node:fs', 'fence knows its ports'],
  ['fence', '../callback/deliver.ts', 'fence knows its ports'],
  ['fence/lane', '../../suspect/suspect.ts', 'fence knows its ports'],
  ['inspect', '../suspect/suspect.ts', 'a look knows the ports'],
  ['suspect', '../http/server.ts', 'an outbound edge'],
  ['suspect/reach', '../login/open-session.ts', 'to reach a suspect'],
  ['suspect/reach', '../session-end.ts', 'to reach a suspect'],
  ['suspect/host-key', '../login/open-session.ts', 'the host key is judged'],
  ['suspect/login', '../report/report.ts', 'a login ends in a session'],
  ['suspect/program', '../login/credentials.ts', 'the program runs in a session'],
  ['suspect/report', '../program/program.ts', 'a report is text'],
  ['probe', '../contract/words/summary.ts', 'an outbound edge'],
  ['journal', '../compose/agent.ts', 'an outbound edge'],
  ['journal', '../callback/deliver.ts', 'an outbound edge'],
  ['http', '../suspect/suspect.ts', 'the inbound edge'],
  ['http', '../callback/callbacks.ts', 'the inbound edge'],
  ['http/routes', '../listen/listeners.ts', 'a route knows who was admitted'],
  ['http/accept', '../routes/fence-route.ts', 'what is accepted knows no route'],
  ['http/admit', '../accept/acceptance.ts', 'who is admitted is settled'],
  ['http/listen', '../routes/fence-route.ts', 'a listener knows no route'],
  ['callback', '../http/server.ts', 'the way back to the caller'],
  ['contract', '../http/server.ts', 'the contract sees'],
  ['contract/words', '../reply/fence-reply.ts', 'words know no form'],
  ['contract/reply', '../request/fence-command.ts', 'a reply knows no request'],
  ['contract/request', '../words/summary.ts', "a request's form knows neither"],
  ['config', '../cli/usage.ts', 'the configuration knows'],
  ['compose', '../cli/usage.ts', 'the composition root knows'],
  ['neighbours', '../http/server.ts', 'other agents are asked'],
  ['client', '../domain/verdict.ts', 'the client of a management plane'],
  ['client', '../contract/reply/fence-reply.ts', 'the client of a management plane'],
  ['client', 'fastify', 'the client of a management plane'],
]

test('lint complains of each import against the law', async (t) => {
  // Not below this tree: what git ignores, oxlint does not look at.
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-tidy-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  for (const [index, [folder, target]] of violations.entries()) {
    mkdirSync(join(directory, 'agent', folder), { recursive: true })
    const planted = `import { x } from '${target}'\nx()\n`
    writeFileSync(join(directory, 'agent', folder, `planted-${index}.ts`), planted)
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  copyFileSync(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'))
  const { diagnostics } = JSON.parse(lint(directory)) as {
    readonly diagnostics: readonly { readonly filename: string; readonly help?: string }[]
  }
  for (const [index, [folder, target, rule]] of violations.entries()) {
    const file = `agent/${folder}/planted-${index}.ts`
    const about = diagnostics.filter(({ filename }) => filename === file)
    t.match(about.map(({ help }) => help).join('\n'), new RegExp(rule), `${folder}: ${target}`)
  }
})
