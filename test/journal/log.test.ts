import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { Secret } from '../../agent/base/text/secret.ts'
import { makeLog } from '../../agent/journal/log.ts'

const capture = (level: 'trace' | 'info') => {
  const lines: string[] = []
  const log = makeLog(level, { write: (line: string) => lines.push(line) })
  return { log, lines }
}

test('a line is JSON with a word for its level and a time for people', async (t) => {
  const { log, lines } = capture('info')
  log.debug('not written')
  log.warn({ vm: 'x' }, 'written')
  t.equal(lines.length, 1)
  t.match(JSON.parse(lines[0] ?? ''), {
    level: 'warn',
    time: /^\d{4}-\d\d-\d\dT/,
    vm: 'x',
    msg: 'written',
  })
})

test('a secret is not written, wrapped or not, at any depth', async (t) => {
  const { log, lines } = capture('trace')
  const raw = {
    targetHostPassword: 'planted',
    targetHostPrivateKey: 'planted',
    password: 'planted',
    privateKey: 'planted',
    passphrase: 'planted',
    authorization: 'planted',
  }
  log.trace(raw)
  log.trace({ body: raw })
  log.trace({ req: { headers: raw } })
  log.trace({ a: { b: { c: raw } } })
  log.child({ body: raw }).trace('child')
  log.trace({ secret: new Secret('planted'), deep: { list: [new Secret('planted')] } })
  t.equal(lines.length, 6)
  t.notMatch(lines.join(''), /planted/)
  t.match(lines.join(''), /\[secret\]/)
})

const logFile = fileURLToPath(new URL('../../agent/journal/log.js', import.meta.url))
const program = (after: string) =>
  `import { makeLog, standardOutput } from ${JSON.stringify(logFile)}
   const log = makeLog('info', standardOutput())
   for (let n = 0; n < 5; n += 1) log.info('line')
   ${after}`

test('every line is out before a sudden end', async (t) => {
  const args = ['--input-type=module', '-e', program('process.kill(process.pid, "SIGKILL")')]
  const { stdout, signal } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  t.equal(signal, 'SIGKILL')
  t.equal(stdout.trimEnd().split('\n').length, 5)
})

test('a reader that went away does not end the agent', async (t) => {
  const run = `${process.execPath} --input-type=module -e "$0" | true; exit "\${PIPESTATUS[0]}"`
  const text = program(`await new Promise((r) => setTimeout(r, 300))
    log.info('after the reader has gone')
    setTimeout(() => process.exit(7), 50)`)
  const { status, stderr } = spawnSync('bash', ['-c', run, text], { encoding: 'utf8' })
  t.equal(status, 7)
  t.equal(stderr, '')
})

test('a full disk behind standard output does not end the agent', async (t) => {
  const text = program(`setTimeout(() => { log.info('once more'); process.exit(7) }, 50)`)
  const run = `exec ${process.execPath} --input-type=module -e "$0" >/dev/full`
  const { status, stderr } = spawnSync('bash', ['-c', run, text], { encoding: 'utf8' })
  t.equal(status, 7)
  t.equal(stderr, '')
})
