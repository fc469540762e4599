// runs in a process of its own: it watches the memory of the process
/** A suspect that lies: whatever it says, and however much of it, it proves nothing to us. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import { Secret } from '../../agent/base/text/secret.ts'
import type { Because } from '../../agent/domain/verdict.ts'
import { createSuspect } from '../../agent/suspect/suspect.ts'
import { someVm } from '../fixtures/values/evidence.ts'
import { contactOnce } from '../fixtures/worlds/one-contact.ts'
import { loginsWith, loopback } from '../fixtures/servers/open-session.ts'
import { numbered, readRequest, reportBodies, reportText } from '../fixtures/values/report-text.ts'
import { finish, readStdin, startSuspectHost } from '../fixtures/servers/suspect-host.ts'
import type { Shell } from '../fixtures/servers/suspect-host.ts'
import { createWallClock } from '../fixtures/worlds/wall-clock.ts'

const fence = async (t: Test, port: number, budgetMs = 20_000): Promise<Because> => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  const suspect = createSuspect(
    {
      connectWindowMs: 4000,
      holdMs: 0,
      pidNamespace: 'initial',
      pageCache: 'report',
      helpers: 'refuse',
      sharedFileSystems: [],
      quarantine: 'optional',
      quarantineSec: 0,
      hostKeyPolicy: 'accept-new',
      knownHostsFile: join(directory, 'known_hosts'),
      logins: loginsWith(),
      own: { machineId: '', bootId: '' },
      programText: '# the program\n',
    },
    { clock: createWallClock() },
  )
  const target = { addresses: [loopback], port, user: 'root', hostUuid: '' } as const
  const outcome = await contactOnce(
    suspect,
    {
      fenceId: 'f1',
      vm: someVm,
      budgetMs,
      requestId: '',
      askedBy: 'unix',
      suspect: { ...target, password: new Secret('x') },
    },
    { budgetMs },
  )
  if (outcome.kind !== 'evidence') throw new Error('it was called silent')
  return decide(outcome.evidence).because
}

/** What the suspect says once it has heard the whole request, as bytes. */
type Lie = (nonce: string, vm: string, stdin: string) => string

const telling =
  (lie: Lie) =>
  ({ channel }: Shell): void => {
    readStdin(channel, (stdin) => {
      const { nonce, vm } = readRequest(stdin)
      channel.write(Buffer.from(lie(nonce, vm, stdin), 'latin1'), () => {
        channel.exit(0)
        channel.end()
      })
    })
  }

const otherVm = '99999999-2222-4333-8444-555555555555'
const spoiled =
  (from: string, to: string): Lie =>
  (nonce, vm) =>
    reportText(nonce, vm).replace(from, to)
const living = [
  'qemu pid=84 start=1 by=argv-uuid seen=before-kill kill=sent end=living after_ms=0 tasks=1',
  'task tid=84 state=R wchan=- comm=qemu',
]
const alive: Lie = (nonce, vm) =>
  numbered(
    nonce,
    reportBodies(vm, living, (line) => line.replace('living=0', 'living=1')),
  ).join('')

// A report counts once it is whole: what follows it comes too late.
test('what a suspect may say with code 0, and what we make of it', async (t) => {
  const rows: readonly (readonly [string, Because, Lie])[] = [
    ['nothing', 'report-missing', () => ''],
    ['that all is well', 'report-missing', () => 'ok\nqemuConfirmedDead\nvirsh: destroyed\n'],
    ['an end line without the nonce', 'report-missing', () => 'PF1 end lines=10\nend lines=10\n'],
    [
      'half a report, and an end line without the nonce',
      'report-truncated',
      (nonce, vm) => `${reportText(nonce, vm, 9)}PF1 10 end lines=10\nend lines=10\n`,
    ],
    [
      'half a report, and an end line of another nonce',
      'report-truncated',
      (nonce, vm) => `${reportText(nonce, vm, 9)}PF1 ${'0'.repeat(32)} 10 end lines=10\n`,
    ],
    [
      'a report with the nonce in capitals',
      'report-missing',
      (nonce, vm) => reportText(`A${nonce}`.toUpperCase(), vm),
    ],
    ['a report with a longer nonce', 'report-missing', (nonce, vm) => reportText(`${nonce}0`, vm)],
    [
      'a report with a part of the nonce',
      'report-missing',
      (nonce, vm) => reportText(nonce.slice(1), vm),
    ],
    ['what it was sent, said back', 'report-missing', (_nonce, _vm, stdin) => stdin],
    ['the report of another VM', 'report-invalid', (nonce) => reportText(nonce, otherVm)],
    [
      'the report of another VM that begins as ours',
      'report-invalid',
      (nonce, vm) => reportText(nonce, vm).replace(`vm-end uuid=${vm}`, `vm-end uuid=${otherVm}`),
    ],
    ['the whole report twice', 'already-gone', (nonce, vm) => reportText(nonce, vm).repeat(2)],
    [
      'that it lives, and then that it does not',
      'not-gone-in-time',
      (nonce, vm, stdin) => alive(nonce, vm, stdin) + reportText(nonce, vm),
    ],
    [
      'that it is dead, and then that it lives, which comes too late',
      'already-gone',
      (nonce, vm, stdin) => reportText(nonce, vm) + alive(nonce, vm, stdin),
    ],
    ['that it lives', 'not-gone-in-time', alive],
    [
      'a report of more VMs than there are',
      'report-invalid',
      spoiled('vms=1', 'vms=99999999999999'),
    ],
    [
      'a report that is as long as may be',
      'report-invalid',
      (nonce, vm) =>
        numbered(nonce, [
          ...reportBodies(vm).slice(0, 4),
          ...Array<string>(9000).fill('task tid=84 state=R wchan=- comm=qemu'),
          ...reportBodies(vm).slice(4),
        ]).join(''),
    ],
    ['a NUL in a count', 'report-invalid', spoiled('living=0', 'living=0\0')],
    [
      'a NUL before a line',
      'report-invalid',
      (nonce, vm) => reportText(nonce, vm).replace(`PF1 ${nonce} 5`, `\0PF1 ${nonce} 5`),
    ],
    ['a colour in a word', 'report-invalid', spoiled('is=as-named', 'is=\u001b[32mas-named')],
    [
      'a count that the cursor goes back over',
      'report-invalid',
      spoiled('living=0', 'living=7\b0'),
    ],
    [
      'a line that a carriage return covers',
      'report-invalid',
      spoiled(' 5 scan', ' 5 qemu\r 5 scan'),
    ],
    ['bytes that are no UTF-8', 'report-invalid', spoiled('machine=0123', 'machine=\u00c3\u0028')],
    [
      'half a character at the end of a line',
      'report-invalid',
      spoiled('hold=kept', 'hold=kept\u00e2'),
    ],
    ['digits of another script', 'report-invalid', spoiled('living=0', 'living=\u00d9\u00a0')],
    ['a blank that does not break', 'report-invalid', spoiled('living=0 ', 'living=0\u00c2\u00a0')],
    [
      'the truth, between colours, NULs and bytes that are no UTF-8',
      'already-gone',
      (nonce, vm) => reportText(nonce, vm).replaceAll('PF1', '\u001b[31m\0\u00ff\u00fe\nPF1'),
    ],
  ]
  const told = rows.map(async ([sentence, because, lie]) => {
    const { port } = await startSuspectHost(t, { shell: telling(lie) })
    t.equal(await fence(t, port), because, sentence)
  })
  await Promise.all(told)
})

test('a report of an earlier fence of the same VM', async (t) => {
  const told: string[] = []
  const replays: readonly (readonly [string, Because, Lie])[] = [
    ['is a proof in its own time', 'already-gone', (nonce, vm) => reportText(nonce, vm)],
    ['is nothing later', 'report-missing', () => told[0] ?? ''],
    [
      'does not end another',
      'report-truncated',
      (nonce, vm) => reportText(nonce, vm, 9) + (told[0] ?? ''),
    ],
    [
      'does not take away what the other says',
      'not-gone-in-time',
      (nonce, vm, stdin) => alive(nonce, vm, stdin) + (told[0] ?? ''),
    ],
  ]
  for (const [sentence, because, lie] of replays) {
    const keeping: Lie = (...heard) => {
      const said = lie(...heard)
      told.push(said)
      return said
    }
    const { port } = await startSuspectHost(t, { shell: telling(keeping) })
    t.equal(await fence(t, port), because, sentence)
  }
})

test('a whole report that came in another way', async (t) => {
  const told =
    (tell: (shell: Shell, text: string) => void) =>
    (shell: Shell): void => {
      readStdin(shell.channel, (stdin) => {
        const { nonce, vm } = readRequest(stdin)
        tell(shell, reportText(nonce, vm))
      })
    }
  const rows: readonly (readonly [string, Because, (shell: Shell) => void])[] = [
    [
      'among the errors',
      'report-missing',
      told(({ channel }, text) => {
        finish(channel, '', 0, text)
      }),
    ],
    [
      'half of it among the errors',
      'report-truncated',
      told(({ channel }, text) => {
        finish(channel, text.slice(0, 400), 0, text.slice(400))
      }),
    ],
    [
      'and then nothing more, no end either',
      'already-gone',
      told(({ channel }, text) => {
        channel.write(text)
      }),
    ],
    [
      'and then a byte now and again, without an end',
      'already-gone',
      told(({ channel }, text) => {
        channel.write(text)
        const dribbling = setInterval(() => channel.write('.'), 20)
        channel.on('close', () => {
          clearInterval(dribbling)
        })
      }),
    ],
    [
      'so slowly that it never gets to its end',
      'deadline-passed',
      told(({ channel }, text) => {
        let at = 0
        const dribbling = setInterval(() => channel.write(text[at++ % (text.length - 1)] ?? ''), 20)
        channel.on('close', () => {
          clearInterval(dribbling)
        })
      }),
    ],
  ]
  const ended = rows.map(async ([sentence, because, shell]) => {
    const { port } = await startSuspectHost(t, { shell })
    t.equal(await fence(t, port, 5000), because, sentence)
  })
  await Promise.all(ended)
})

const noisyProgram = fileURLToPath(new URL('../fixtures/servers/noisy-suspect.js', import.meta.url))

test('100 MB of noise are given up early, and are not kept', async (t) => {
  const rows = [
    ['stdout', 'report-too-long'],
    ['stderr', 'report-too-long'],
    ['greeting', 'handshake-failed'],
  ] as const
  for (const [where, because] of rows) {
    const noisy = spawn(process.execPath, [noisyProgram, where], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.teardown(() => noisy.kill('SIGKILL'))
    const [line] = (await once(noisy.stdout, 'data')) as [Buffer]
    const beforeBytes = process.memoryUsage.rss()
    let mostBytes = beforeBytes
    const watching = setInterval(() => {
      mostBytes = Math.max(mostBytes, process.memoryUsage.rss())
    }, 5)
    const budgetMs = 20_000
    const startedMs = performance.now()
    t.equal(await fence(t, Number(line.toString()), budgetMs), because, where)
    t.ok(performance.now() - startedMs < budgetMs, 'within the budget')
    clearInterval(watching)
    const grownMb = Math.round((mostBytes - beforeBytes) / 1024 / 1024)
    t.ok(grownMb < 60, `${where}: ${grownMb} MB more in between`)
  }
})
