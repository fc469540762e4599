// runs in a process of its own: it waits for holds and budgets, and others can run meanwhile
/**
 * Requests with one to three things wrong, by a fixed seed, against a second opinion of what a
 * request may be: what that refuses is refused before anything is done, what it takes is done and
 * nothing else.
 */
import { readdirSync } from 'node:fs'
import { test } from 'tap'
import { requestFor } from '../../fixtures/values/hostile-request.ts'
import { installProgram } from '../../fixtures/servers/installed-program.ts'
import { endStandIn, isAlive, newVm, standIn } from '../../fixtures/servers/local-program.ts'
import { vmsOf } from '../../fixtures/values/request-oracle.ts'
import { createPrng } from '../../nemesis/prng.ts'
import type { Prng } from '../../nemesis/prng.ts'

const seed = 11
const requests = 160

const spoilt = (stdin: string, payloads: readonly string[], prng: Prng): string => {
  const lines = stdin.split('\n').slice(0, -1)
  const at = prng.int(0, lines.length - 1)
  const line = lines[at] ?? ''
  const cut = prng.int(0, line.length)
  const payload = prng.pick(payloads)
  const set = (...put: readonly string[]): string =>
    `${[...lines.slice(0, at), ...put, ...lines.slice(at + 1)].join('\n')}\n`
  switch (prng.int(0, 8)) {
    case 0:
      return set(`${line.split('=', 1)[0] ?? ''}=${payload}`)
    case 1:
      return set(line.slice(0, cut) + payload + line.slice(cut))
    case 2:
      return set(payload, line)
    case 3:
      return set()
    case 4:
      return set(line, line)
    case 5:
      return stdin.slice(0, prng.int(0, stdin.length - 1))
    case 6:
      return set(line.slice(0, cut) + String.fromCharCode(prng.int(0, 255)) + line.slice(cut + 1))
    case 7:
      return set(`${payload}=${line.slice(line.indexOf('=') + 1)}`)
    default:
      return prng.shuffle(lines).join('\n') + '\n'
  }
}

test(
  `${requests} requests of somebody with the key, seed ${seed}`,
  { timeout: 170_000 },
  async (t) => {
    const directory = t.testdir({})
    const { run, started } = installProgram(directory, (text) =>
      text.replace('LINE_SEC_MAX=10', 'LINE_SEC_MAX=1'),
    )
    const bystander = newVm()
    const qemu = await standIn('qemu-kvm', '-uuid', bystander)
    t.teardown(async () => {
      await endStandIn(qemu)
    })
    const commands = ['>canary', 'touch canary', `kill -9 ${String(qemu.pid)}`]
    const running = commands.flatMap((one) => [
      `$(${one})`,
      `\`${one}\``,
      `a[$(${one})]`,
      `vms[\`${one}\`]=1`,
      `;${one};`,
      `'"\n${one}\n`,
      `$((a[$(${one})]))`,
      `{1..9}\${x:=$(${one})}`,
    ])
    const payloads = [
      ...running,
      ...'* ? [a-z]* /proc/self/* ~root -n -e %n%s%d \\x41 ! @ [ ] $$ " \' \\'.split(' '),
      ...'BASH_ENV PATH vm_known[x] action nonce a] ${!nonce*} go 0 00 -0 +1 08 1e3 0x10 2#1 1+1 300000 300001'.split(
        ' ',
      ),
      '9'.repeat(40),
      'x'.repeat(127),
      'x'.repeat(128),
      `vm=${newVm()} 8000`,
      ...'|\0| |\t|\r|é|\u0660'.split('|'),
    ]
    let taken = 0
    const attempt = async (what: string, stdin: string, end: boolean): Promise<void> => {
      const vms = vmsOf(stdin)
      const { code, stdout, tookMs } = await run(Buffer.from(stdin, 'latin1'), { end })
      const told = [...stdout.matchAll(/ vm uuid=([0-9a-f-]{36})$/gm)].map(([, vm]) => vm)
      const isRight =
        vms === undefined
          ? code === 3 &&
            /^(\nPF1 \S+ ready\n|\nPF1 \S+ 1 begin version=4 vms=0\nPF1 \S+ 2 fail why=version\n)?$/.test(
              stdout,
            )
          : code === 4 || (code === 0 && told.join() === vms.join())
      if (vms !== undefined) taken += 1
      if (!isRight || tookMs > 12_000) t.fail(what, { stdin, vms, code, stdout, tookMs })
    }
    const { stdin: sound } = requestFor()
    for (const key of sound.match(/^[a-z_]+(?==)/gm) ?? []) {
      for (const payload of running) {
        const line = new RegExp(`^${key}=.*`, 'm')
        await attempt(
          `${key}=${payload}`,
          sound.replace(line, () => `${key}=${payload}`),
          true,
        )
      }
    }
    t.same([taken, readdirSync(directory)], [0, ['fence-vms', 'shims']], 'nothing in any value ran')
    const prng = createPrng(seed)
    for (let count = 1; count <= requests; count += 1) {
      let { stdin } = requestFor()
      for (let faults = prng.int(1, 3); faults > 0; faults -= 1)
        stdin = spoilt(stdin, payloads, prng)
      await attempt(`request ${count}`, stdin, prng.chance(50))
    }
    t.ok(taken > 5 && taken < requests / 2, `${taken} of ${requests} were no less than requests`)
    t.ok(isAlive(qemu), 'the bystander lives')
    t.same(readdirSync(directory).toSorted(), ['fence-vms', 'shims', 'started'])
    t.same([...new Set(started())], ['pgrep -f [q]emu'])
  },
)
