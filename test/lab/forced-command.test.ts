/**
 * A key behind a forced command, against a real sshd: what it cannot do, held against a key that
 * can, and that it fences. The closing comments are the transcript.
 */
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { FenceAnswer } from '../fixtures/servers/agent-process.ts'
import {
  allowKey,
  allowSudo,
  environmentOf,
  freeKey,
  installOn,
  openSshd,
  startClient,
  startKeyAgent,
} from '../fixtures/lab/forced-key.ts'
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import { programText } from '../fixtures/servers/local-program.ts'

tap.setTimeout(600_000)

const program = '/usr/libexec/peerfence/fence-vms'

const bootWithProgram = async (t: Test): Promise<LabHost> => {
  const host = await bootHost()
  t.teardown(async () => {
    await host.down()
  })
  installOn(host)
  return host
}

/** What a key gets out of one attempt: `allowed`, or the words of the refusal. */
type Attempt = (host: LabHost, key: string) => Promise<string>

const ran = async (host: LabHost, said: string): Promise<string> => {
  const { code } = await host.exec('test -e /run/ran && rm -f /run/ran')
  return code === 0 ? 'allowed' : said
}
const ssh = async (key: string, args: readonly string[], stdin = ''): Promise<string> =>
  await startClient('ssh', key, args, stdin).end()
const root = (host: LabHost): string => `root@${host.address}`

/** A session that stays open while the environment of what runs in it is read. */
const seenInside =
  (option: readonly string[], variable: RegExp): Attempt =>
  async (host, key) => {
    // A free key's command; the program, which waits for its request, for the other.
    const client = startClient('ssh', key, [...option, root(host), 'read -r x # fence-vms'])
    const environment = await environmentOf(host, '[f]ence-vms')
    await client.end()
    if (!/^SSH_CONNECTION=/m.test(environment)) return `nothing ran: ${environment}`
    return variable.test(environment) ? 'allowed' : 'not there'
  }

const refusedByProgram = /fence-vms: request refused/

/** What it is, what the bound key gets, how it is tried, and what a free key gets. */
const attempts: readonly (readonly [string, RegExp, Attempt, RegExp?])[] = [
  [
    'a shell',
    refusedByProgram,
    async (host, key) => await ran(host, await ssh(key, [root(host)], 'touch /run/ran\n')),
  ],
  [
    'a command',
    refusedByProgram,
    async (host, key) => await ran(host, await ssh(key, [root(host), 'touch /run/ran'])),
  ],
  [
    'a command behind the program',
    refusedByProgram,
    async (host, key) =>
      await ran(host, await ssh(key, [root(host), `${program}; $(touch /run/ran)`])),
  ],
  [
    'a terminal',
    /PTY allocation request failed/,
    async (host, key) => {
      const said = await ssh(key, ['-tt', root(host), 'tty'])
      return said.includes('/dev/pts/') ? 'allowed' : said
    },
  ],
  [
    'a connection from the host',
    /administratively prohibited/,
    async (host, key) => {
      const said = await ssh(key, ['-W', '127.0.0.1:22', root(host)], 'x\n')
      return said.includes('SSH-2.0-') ? 'allowed' : said
    },
  ],
  [
    'a port on the host',
    /remote port forwarding failed/,
    async (host, key) => {
      const to = ['-o', 'ExitOnForwardFailure=yes', '-R', '127.0.0.1:4500:127.0.0.1:9']
      return await ran(host, await ssh(key, [...to, root(host), 'touch /run/ran']))
    },
  ],
  [
    'a socket on the host',
    /remote port forwarding failed|remote forward failure/,
    async (host, key) => {
      await host.exec('rm -f /run/forwarded')
      const to = ['-o', 'ExitOnForwardFailure=yes', '-R', '/run/forwarded:127.0.0.1:9']
      return await ran(host, await ssh(key, [...to, root(host), 'touch /run/ran']))
    },
  ],
  ['X11', /^not there$/, seenInside(['-Y'], /^DISPLAY=/m)],
  ['an agent', /^not there$/, seenInside(['-A'], /^SSH_AUTH_SOCK=/m)],
  [
    'a variable that sshd does not take',
    /^not there$/,
    seenInside(['-o', 'SetEnv=BASH_ENV=/run/evil'], /^BASH_ENV=/m),
    /^not there$/,
  ],
  [
    'a variable that sshd takes, and that changes nothing',
    /^allowed$/,
    seenInside(['-o', 'SetEnv=LC_ALL=tr_TR.UTF-8'], /^LC_ALL=tr_TR/m),
  ],
  [
    'sftp',
    /Connection closed/,
    async (host, key) => {
      const put = `put ${freeKey}.pub /run/ran\n`
      return await ran(host, await startClient('sftp', key, ['-b', '-', root(host)], put).end())
    },
  ],
  [
    'scp',
    /Connection closed/,
    async (host, key) => {
      const copy = [`${freeKey}.pub`, `${root(host)}:/run/ran`]
      return await ran(host, await startClient('scp', key, copy).end())
    },
  ],
  [
    'scp, the old way',
    refusedByProgram,
    async (host, key) => {
      const copy = ['-O', `${freeKey}.pub`, `${root(host)}:/run/ran`]
      return await ran(host, await startClient('scp', key, copy).end())
    },
  ],
  [
    // What its stderr says has no way to the client of a subsystem: the code is the program's.
    'a subsystem',
    /\(code 3\)/,
    async (host, key) => await ssh(key, ['-s', root(host), 'sftp'], '\n'),
    /\(code 0\)/,
  ],
]

test('what a key behind a forced command cannot do', async (t) => {
  const host = await bootWithProgram(t)
  await openSshd(host)
  // Clients of file transfers say what is no line, and wait.
  installOn(host, programText.replace('LINE_SEC_MAX=10', 'LINE_SEC_MAX=2'))
  const endAgent = await startKeyAgent()
  t.teardown(endAgent)
  const bound = allowKey(host, '/root', program)
  for (const [what, refusal, attempt, allowed = /^allowed$/] of attempts) {
    t.match(await attempt(host, freeKey), allowed, `${what}: a free key`)
    const startedMs = performance.now()
    const got = await attempt(host, bound)
    t.match(got, refusal, what)
    const [words = got] = refusal.exec(got) ?? []
    t.comment(`bound key: ${what} | ${words} | ${Math.round(performance.now() - startedMs)} ms`)
  }
})

interface Fence {
  readonly state: string
  readonly reason: string
  readonly detail?: RegExp
  readonly alive: boolean
  /**
   * The user that the agent logs in as, and its key; the host has the program and the line for it.
   */
  readonly make: (host: LabHost) => Promise<Login>
}

interface Login {
  readonly user: string
  readonly key: string
  readonly program?: 'sent'
}

const asRoot =
  (change: (host: LabHost) => Promise<unknown> | void = () => undefined) =>
  async (host: LabHost): Promise<Login> => {
    const key = allowKey(host, '/root', program)
    await change(host)
    return { user: 'root', key }
  }

// `plain` may use sudo for nothing at all.
const bySudo =
  (isGranted: boolean, file = program) =>
  async (host: LabHost): Promise<Login> => {
    if (isGranted) allowSudo(host, 'plain')
    return await Promise.resolve({
      user: 'plain',
      key: allowKey(host, '/home/plain', `sudo -n ${file}`),
    })
  }

const fences: readonly Fence[] = [
  { state: 'as root', reason: 'destroyed', alive: false, make: asRoot() },
  {
    state: 'as a user with one line of sudo',
    reason: 'destroyed',
    alive: false,
    make: bySudo(true),
  },
  {
    state: 'behind a noisy login',
    reason: 'destroyed',
    alive: false,
    make: asRoot(async (host) => await host.state('noisy-login', 'root')),
  },
  {
    state: 'behind the login shell dash',
    reason: 'destroyed',
    alive: false,
    make: asRoot(async (host) => await host.state('login-shell', 'root', '/bin/dash')),
  },
  {
    state: 'a user without sudo',
    reason: 'sudo-refused',
    detail: /asks this user for a password/,
    alive: true,
    make: bySudo(false),
  },
  {
    state: 'missing',
    reason: 'program-missing',
    detail: /was not found/,
    alive: true,
    make: asRoot(async (host) => await host.exec(`rm ${program}`)),
  },
  {
    state: 'missing, by sudo',
    reason: 'program-missing',
    detail: /was not found/,
    alive: true,
    make: async (host) => {
      const login = await bySudo(true)(host)
      await host.exec(`rm ${program}`)
      return login
    },
  },
  {
    state: 'not executable',
    reason: 'program-missing',
    detail: /not executable/,
    alive: true,
    make: asRoot((host) => {
      installOn(host, programText, 0o644)
    }),
  },
  {
    state: 'of another version',
    reason: 'program-version',
    detail: /another version/,
    alive: true,
    make: asRoot((host) => {
      installOn(host, programText.replace(/PROTOCOL=\d+/, 'PROTOCOL=1'))
    }),
  },
  {
    state: 'a key without a forced command',
    reason: 'program-missing',
    detail: /login shell ran instead/,
    alive: true,
    make: async () => await Promise.resolve({ user: 'root', key: freeKey }),
  },
  {
    state: 'a forced command, and the peer sends its program',
    reason: 'report-missing',
    detail: /say .+installed.+ in ssh\.logins/,
    alive: true,
    make: async (host) => ({ ...(await asRoot()(host)), program: 'sent' }),
  },
]

test('what it fences, and how it says that it cannot', { timeout: 600_000 }, async (t) => {
  for (const { state, reason, detail = /the program reported/, alive, make } of fences) {
    await t.test(state, async (t) => {
      const host = await bootWithProgram(t)
      const { user, key, program: place = 'installed' } = await make(host)
      const agent = await startAgent({
        ssh: { logins: [{ hosts: [host.address], user, identityFiles: [key], program: place }] },
        suspects: { pidNamespace: 'nested' },
      })
      t.teardown(async () => {
        await agent.stop()
      })
      const vm = newVmUuid()
      await host.startVm(vm)
      // As a management node asks: for root, with a password that would work.
      const answer = await agent.fence({
        vmUuid: vm,
        targetHostIp: host.address,
        targetHostUsername: 'root',
        targetHostPassword: 'lab-root-password',
      })
      note(t, state, answer)
      t.equal(answer.reason, reason, answer.summary)
      t.match(agent.written().journal, detail)
      t.equal((await host.living(vm)).length > 0, alive, 'from outside')
      if (alive) t.equal(answer.verdict, 'qemuStillAlive')
    })
  }
})

const note = (t: Test, state: string, { verdict, reason, tookMs }: FenceAnswer): void => {
  t.comment(`installed program: ${state} | ${verdict}, ${reason} | ${tookMs} ms`)
}

test('the line of sudo allows the program, and no argument of it or anything else', async (t) => {
  const host = await bootWithProgram(t)
  allowSudo(host, 'plain')
  const sudo = async (what: string): Promise<string> =>
    (await host.exec(`su plain -c 'sudo -n ${what} </dev/null 2>&1'`)).text
  t.match(await sudo(program), refusedByProgram)
  for (const what of [
    `${program} x`,
    'id',
    'bash -p',
    `bash ${program}`,
    '-s',
    `-u plain ${program}`,
  ]) {
    t.match(await sudo(what), /a password is required|is not allowed to execute/, what)
  }
})
