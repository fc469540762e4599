import { test } from 'tap'
import type { Test } from 'tap'
import { parseVmUuid } from '../../../agent/domain/vm-uuid.ts'
import type { Evidence, VmReport } from '../../../agent/domain/evidence.ts'
import { runProgram } from '../../../agent/suspect/program/run-program.ts'
import type { ProgramEnd } from '../../../agent/suspect/program/program-end.ts'
import { openOn, sessionWithin } from '../../fixtures/servers/open-session.ts'
import {
  numbered,
  readRequest,
  reportBodies,
  reportText,
} from '../../fixtures/values/report-text.ts'
import { finish, readStdin, startSuspectHost } from '../../fixtures/servers/suspect-host.ts'
import type { Shell } from '../../fixtures/servers/suspect-host.ts'

function missing(): never {
  throw new Error('no such name')
}
const vm = parseVmUuid('00112233-4455-6677-8899-aabbccddeeff') ?? missing()

const run = async (
  t: Test,
  user: string,
  budgetMs: number,
  shell: (shell: Shell) => void,
  program: 'sent' | 'installed' = 'sent',
): Promise<ProgramEnd & { readonly commands: readonly string[]; readonly starts: number }> => {
  const host = await startSuspectHost(t, { shell })
  const opened = await openOn(host.port, { user, budgetMs })
  if (opened.kind === 'ended') throw new Error(opened.end)
  // The budget of the program is what is left of the session's.
  const within = sessionWithin({ budgetMs })
  const config = {
    programText: '# the program\n',
    own: { machineId: 'm', bootId: 'b' },
    holdMs: 500,
    pidNamespace: 'initial',
    pageCache: 'report',
    helpers: 'refuse',
    sharedFileSystems: [],
    quarantine: 'optional',
    quarantineSec: 120,
  } as const
  const seen: Evidence[] = []
  let starts = 0
  const asked = {
    action: 'fence',
    vms: () => [{ vm, budgetMs }],
    vmsMax: 1,
    hostUuid: 'the-host',
    pin: 'confirmed',
    onStart: () => (starts += 1),
    onReport: (report: VmReport) => seen.push({ kind: 'report', report }),
  } as const
  const end = await runProgram(opened.session, asked, { user, program }, config, within)
  opened.session.close()
  t.ok(seen.length <= 1)
  const [evidence = end.evidence] = seen
  return { ...end, evidence, commands: host.commands, starts }
}

/** A shell that reads the program and answers with text made of its nonce. */
const answering =
  (text: (nonce: string, vm: string) => string, end: (shell: Shell, stdout: string) => void) =>
  (shell: Shell): void => {
    readStdin(shell.channel, (stdin) => {
      const request = readRequest(stdin)
      end(shell, text(request.nonce, request.vm))
    })
  }

const exit =
  (code: number) =>
  ({ channel }: Shell, stdout: string): void => {
    finish(channel, stdout, code)
  }
const kill = ({ channel }: Shell, stdout: string): void => {
  channel.write(stdout, () => {
    channel.exit('KILL')
    channel.end()
  })
}

/** Of a user who sees the qemu and may not kill it. */
const deniedReport = (nonce: string, uuid: string): string =>
  numbered(
    nonce,
    reportBodies(
      uuid,
      [
        'qemu pid=84 start=100 by=argv-uuid seen=before-kill kill=denied end=living after_ms=0 tasks=1',
        'task tid=84 state=S wchan=do_epoll_wait comm=qemu-kvm',
      ],
      (line) => line.replace('living=0', 'living=1'),
    ),
  ).join('')

const cutReport = (nonce: string, uuid: string): string => reportText(nonce, uuid, 5)

test('how the program ends, as root', async (t) => {
  type Row = readonly [string, string, (shell: Shell) => void]
  const rows: readonly Row[] = [
    ['a whole report and the code 0', 'report', answering(reportText, exit(0))],
    [
      'a whole report after what the login shell had to say',
      'report',
      answering((nonce, uuid) => `Welcome to kvm-1\n${reportText(nonce, uuid)}`, exit(0)),
    ],
    ['a whole report and the code 3', 'report', answering(reportText, exit(3))],
    ['a whole report and the code 256', 'report', answering(reportText, exit(256))],
    ['a whole report and a kill', 'report', answering(reportText, kill)],
    ['half a report and the code 0', 'report-truncated', answering(cutReport, exit(0))],
    ['half a report and the code 3', 'program-failed', answering(cutReport, exit(3))],
    ['half a report and a kill', 'program-failed', answering(cutReport, kill)],
    ['no report and the code 0', 'report-missing', answering(() => '', exit(0))],
    ['no report and the code 127', 'report-missing', answering(() => 'no bash\n', exit(127))],
    ['no report and a kill', 'program-failed', answering(() => '', kill)],
    [
      'a report of another fence',
      'report-missing',
      answering((_nonce, uuid) => reportText('0'.repeat(32), uuid), exit(0)),
    ],
    [
      'a report of another VM',
      'report-invalid',
      answering((nonce) => reportText(nonce, 'ffffffff-4455-6677-8899-aabbccddeeff'), exit(0)),
    ],
    [
      'an invalid report and a kill',
      'report-invalid',
      answering((nonce) => `PF1 ${nonce} 1 nonsense\n`, kill),
    ],
    [
      'a whole report and a connection that is cut before the exit',
      'report',
      answering(reportText, ({ channel, socket }, text) => {
        channel.write(text, () => socket.end())
      }),
    ],
    [
      'too much of everything',
      'report-too-long',
      ({ channel }) => channel.write(Buffer.alloc(1024 * 1024 + 16 * 1024 + 1)),
    ],
  ]
  for (const [sentence, word, shell] of rows) {
    const { evidence, detail, commands } = await run(t, 'root', 20_000, shell)
    t.equal('because' in evidence ? evidence.because : evidence.kind, word, sentence)
    t.strictSame(commands, ['bash --noprofile --norc -p -s'], 'once, and not by sudo')
    t.notMatch(detail, /kvm-1|nonsense|no bash/, 'nothing of the suspect is in the detail')
  }
})

test('a login that gives its commands a terminal is told at once', async (t) => {
  const startMs = performance.now()
  const echoing = ({ channel }: Shell): void => {
    channel.on('data', (bytes: Buffer) => {
      channel.write(bytes.toString('latin1').replaceAll('\n', '\r\n'))
    })
  }
  for (const program of ['sent', 'installed'] as const) {
    const { evidence, detail } = await run(t, 'root', 20_000, echoing, program)
    t.match(evidence, { kind: 'refusal', because: 'report-missing' }, program)
    t.match(detail, /terminal/)
  }
  t.ok(performance.now() - startMs < 10_000)
})

test('a program of which nothing came by the end of the budget gave no report', async (t) => {
  const silent = await run(t, 'root', 1500, () => undefined)
  t.match(silent, { evidence: { because: 'report-missing' }, wasHeard: true })
  const late = await run(t, 'root', 1500, ({ channel }) => {
    readStdin(channel, () => undefined)
  })
  t.match(late.evidence, { kind: 'out-of-time' }, 'one that was ready ran out of time')
})

test('a login whose password has expired is told by what sshd says', async (t) => {
  const expired = ({ channel }: Shell): void => {
    const words = 'WARNING: Your password has expired.\nPassword change required but no TTY.\n'
    finish(channel, '', 1, words)
  }
  for (const user of ['root', 'fence']) {
    const { evidence, detail, commands } = await run(t, user, 20_000, expired)
    t.match(evidence, { because: 'login-refused' }, user)
    t.match(detail, /password of the account has expired/)
    t.equal(commands.length, 1, 'and nothing else is tried')
  }
})

test('as a user: by sudo, and once more without it only where sudo starts nothing', async (t) => {
  const sudo = 'sudo -n bash --noprofile --norc -p -s'
  const plain = 'bash --noprofile --norc -p -s'
  const refusing =
    (stderr: string, otherwise: (shell: Shell) => void) =>
    (shell: Shell): void => {
      if (shell.command === plain) otherwise(shell)
      else finish(shell.channel, '', 1, stderr)
    }
  const noPassword = 'sudo: a password is required\n'
  type Row = readonly [string, string, RegExp, readonly string[], (shell: Shell) => void]
  const rows: readonly Row[] = [
    ['sudo works', 'report', /code 0/, [sudo], answering(reportText, exit(0))],
    [
      'sudo works, the program fails',
      'program-failed',
      /code 3/,
      [sudo],
      answering(cutReport, exit(3)),
    ],
    ['sudo is lost', 'contact-lost', /./, [sudo], ({ socket }) => socket.destroy()],
    ['sudo is killed', 'program-failed', /signal/, [sudo], answering(() => '', kill)],
    [
      'sudo works, the program ends in the middle',
      'report-missing',
      /code 1/,
      [sudo],
      answering(() => '', exit(1)),
    ],
    ['sudo says nothing and 0', 'report-missing', /code 0/, [sudo], answering(() => '', exit(0))],
    [
      'sudo refuses, the user can do it alone',
      'report',
      /code 0/,
      [sudo, plain],
      refusing(noPassword, answering(reportText, exit(0))),
    ],
    [
      'sudo refuses, the user’s program is cut off',
      'report-truncated',
      /code 0/,
      [sudo, plain],
      refusing(noPassword, answering(cutReport, exit(0))),
    ],
    [
      'sudo refuses, and the user may not kill',
      'sudo-refused',
      /asks this user for a password/,
      [sudo, plain],
      refusing(noPassword, answering(deniedReport, exit(0))),
    ],
    [
      'sudo asks for a password, the user’s shell starts nothing',
      'sudo-refused',
      /asks this user for a password/,
      [sudo, plain],
      refusing(noPassword, ({ channel }) => {
        finish(channel, 'This account is not available', 1)
      }),
    ],
    [
      'sudo wants a terminal',
      'sudo-refused',
      /asks this user for a password/,
      [sudo, plain],
      refusing('sudo: a terminal is required to read the password\n', ({ channel }) => {
        finish(channel, '', 1)
      }),
    ],
    [
      'sudo is granted, and demands a terminal',
      'sudo-refused',
      /requiretty/,
      [sudo],
      refusing('sudo: sorry, you must have a tty to run sudo\n', answering(reportText, exit(0))),
    ],
    [
      'sudo is not there',
      'sudo-refused',
      /sudo is not installed/,
      [sudo, plain],
      refusing('bash: line 1: sudo: command not found\n', ({ channel }) => {
        finish(channel, '', 127)
      }),
    ],
    [
      'sudo says what nobody expected',
      'sudo-refused',
      /starts nothing for this user/,
      [sudo, plain],
      refusing('secret words\n', ({ channel }) => {
        finish(channel, '', 1)
      }),
    ],
  ]
  for (const [sentence, word, detailed, expected, shell] of rows) {
    const { evidence, detail, commands } = await run(t, 'fence', 20_000, shell)
    t.equal('because' in evidence ? evidence.because : evidence.kind, word, sentence)
    t.strictSame(commands, expected, `${sentence}: the commands`)
    t.match(detail, detailed)
    t.notMatch(detail, /secret|not available/, 'nothing of the suspect is in the detail')
  }
})

test('what is installed is asked once, by a command that does nothing, for the request alone', async (t) => {
  const seen: string[] = []
  const keeping = (one: Shell): void => {
    let stdin = ''
    one.channel.on('data', (bytes: Buffer) => {
      stdin += bytes.toString('latin1')
      seen.splice(0, 1, stdin)
    })
    answering(reportText, exit(0))(one)
  }
  for (const user of ['root', 'fence']) {
    const { evidence, commands } = await run(t, user, 20_000, keeping, 'installed')
    t.match(evidence, { kind: 'report', report: { vm } }, user)
    t.strictSame(commands, ['exit 78'])
    t.match(seen.pop(), /^version=4\nnonce=/)
  }
})

test('what is installed and does not report', async (t) => {
  const silent =
    (code: number, stderr = '', stdout = '') =>
    ({ channel }: Shell): void => {
      finish(channel, stdout, code, stderr)
    }
  const other = (nonce: string): string => numbered(nonce, ['begin version=1 vms=0']).join('')
  type Row = readonly [string, string, RegExp, (shell: Shell) => void]
  const rows: readonly Row[] = [
    ['no forced command', 'program-missing', /login shell ran instead/, silent(78)],
    ['no such file', 'program-missing', /not found/, silent(127, 'bash: line 1: /x: No such file')],
    ['not executable', 'program-missing', /not executable/, silent(126)],
    ['a shell that says nothing', 'program-missing', /code 0 and without/, silent(0, '', 'Hello')],
    [
      'no such file, by sudo',
      'program-missing',
      /not found/,
      silent(1, 'sudo: /usr/libexec/peerfence/fence-vms: command not found'),
    ],
    ['sudo asks', 'sudo-refused', /for a password/, silent(1, 'sudo: a password is required\n')],
    [
      'it takes no such request',
      'program-version',
      /does not take the request/,
      silent(3, 'motdfence-vms: request refused: line 9 is not allowed\n'),
    ],
    ['another version', 'program-version', /another version/, answering(other, exit(3))],
    ['another version, and all is well', 'program-version', /another/, answering(other, exit(0))],
    ['a signal', 'program-failed', /signal/, answering(() => '', kill)],
    ['half a report', 'report-truncated', /code 0/, answering(cutReport, exit(0))],
    ['a connection that is cut', 'contact-lost', /./, ({ socket }) => socket.destroy()],
  ]
  for (const [sentence, word, detailed, shell] of rows) {
    const { evidence, detail, commands } = await run(t, 'fence', 20_000, shell, 'installed')
    t.equal('because' in evidence ? evidence.because : evidence.kind, word, sentence)
    t.match(detail, detailed, sentence)
    t.strictSame(commands, ['exit 78'], 'once')
    t.notMatch(detail, /motd|line 9|Hello|No such/, 'nothing of the suspect is in the detail')
  }
})

test('a program that is installed where one is sent says what to do', async (t) => {
  for (const user of ['root', 'fence']) {
    const { evidence, detail, commands } = await run(t, user, 20_000, ({ channel }) => {
      finish(channel, '', 3, 'fence-vms: request refused: it does not begin with a version\n')
    })
    t.match(evidence, { because: 'report-missing' })
    t.match(detail, /say "installed" in ssh\.logins/)
    t.equal(commands.length, 1, 'and is asked once')
  }
})
