/**
 * Requests with one to three things wrong, by a fixed seed, against a second opinion of what a request
 * may be: what that refuses is refused before anything is done, what it takes is done and nothing else.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { requestFor } from '../../fixtures/hostile-request.ts'
import { installProgram } from '../../fixtures/installed-program.ts'
import { endStandIn, isAlive, newVm, standIn } from '../../fixtures/local-program.ts'
import { createPrng } from '../../nemesis/prng.ts'
import type { Prng } from '../../nemesis/prng.ts'

const seed = 11
const requests = 160

const isNumber = (least: number, most: number) => (text: string) =>
  /^[0-9]+$/.test(text) &&
  String(Number(text)) === text &&
  Number(text) >= least &&
  Number(text) <= most
const isText = (pattern: RegExp) => (text: string) => pattern.test(text)

const values: Readonly<Record<string, (text: string) => boolean>> = {
  budget_ms: isNumber(0, 300_000),
  hold_ms: isNumber(0, 10_000),
  pid_namespace: isText(/^(initial|nested)$/),
  page_cache: isText(/^(report|flush|refuse)$/),
  shared_type: isText(/^[a-z0-9][a-z0-9._-]{0,31}$/),
  own_machine_id: isText(/^[0-9a-f]{0,64}$/),
  own_boot_id: isText(/^[0-9a-f-]{0,64}$/),
  host_uuid: isText(/^[A-Za-z0-9-]{0,64}$/),
  vm: isText(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
}

/** The VMs of a request that may be taken; undefined for any other. A NUL is nothing to bash. */
const vmsOf = (stdin: string): readonly string[] | undefined => {
  const lines = stdin.replaceAll('\0', '').split('\n')
  const [version, nonce, ...rest] = lines
  const body = rest.slice(0, rest.indexOf('go'))
  if (!rest.includes('go') || version !== 'version=1') return undefined
  if (!/^nonce=[0-9a-f]{32}$/.test(nonce ?? '')) return undefined
  const pairs = body.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)])
  const isGood = body.every((line, index) => {
    const [key = '', value = ''] = pairs[index] ?? []
    const isAgain = pairs.slice(0, index).some(([before]) => before === key)
    if (isAgain && key !== 'vm' && key !== 'shared_type') return false
    return line.includes('=') && Object.hasOwn(values, key) && values[key]?.(value) === true
  })
  const vms = new Set(pairs.flatMap(([key, value = '']) => (key === 'vm' ? [value] : [])))
  const budget = pairs.find(([key]) => key === 'budget_ms')?.[1] ?? '0'
  return isGood && vms.size > 0 && budget !== '0' ? [...vms] : undefined
}

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
    const canary = join(directory, 'canary')
    const bystander = newVm()
    const qemu = await standIn('qemu-kvm', '-uuid', bystander)
    t.teardown(async () => {
      await endStandIn(qemu)
    })
    const commands = [`>${canary}`, `touch ${canary}`, `kill -9 ${String(qemu.pid)}`]
    const payloads = [
      ...commands.flatMap((one) => [
        `$(${one})`,
        `\`${one}\``,
        `a[$(${one})]`,
        `vms[\`${one}\`]=1`,
        `;${one};`,
        `'"\n${one}\n`,
        `$((a[$(${one})]))`,
        `{1..9}\${x:=$(${one})}`,
      ]),
      ...'* ? [a-z]* /proc/self/* ~root -n -e %n%s%d \\x41 ! @ [ ] $$ " \' \\'.split(' '),
      ...'BASH_ENV PATH vm_known[x] nonce a] ${!nonce*} go 0 00 -0 +1 08 1e3 0x10 2#1 1+1 300000 300001'.split(
        ' ',
      ),
      '9'.repeat(40),
      'x'.repeat(127),
      'x'.repeat(128),
      `vm=${newVm()}`,
      ...'|\0| |\t|\r|é|\u0660'.split('|'),
    ]
    const prng = createPrng(seed)
    let taken = 0
    for (let count = 1; count <= requests; count += 1) {
      let { stdin } = requestFor()
      for (let faults = prng.int(1, 3); faults > 0; faults -= 1)
        stdin = spoilt(stdin, payloads, prng)
      const vms = vmsOf(stdin)
      const { code, stdout, tookMs } = await run(Buffer.from(stdin, 'latin1'), {
        end: prng.chance(50),
      })
      const told = [...stdout.matchAll(/ vm uuid=([0-9a-f-]{36})$/gm)].map(([, vm]) => vm)
      const isRight =
        vms === undefined
          ? code === 3 &&
            /^(\nPF1 \S+ 1 begin version=1 vms=0\nPF1 \S+ 2 fail why=version\n)?$/.test(stdout)
          : code === 4 || (code === 0 && told.join() === vms.join())
      if (vms !== undefined) taken += 1
      if (!isRight || tookMs > 12_000) {
        t.fail(`request ${count}`, { stdin, vms, code, stdout, tookMs })
      }
    }
    t.ok(taken > 5 && taken < requests / 2, `${taken} of ${requests} were no less than requests`)
    t.ok(isAlive(qemu), 'the bystander lives')
    t.same(readdirSync(directory).toSorted(), ['fence-vms', 'shims', 'started'])
    t.same([...new Set(started())], ['pgrep -f [q]emu', 'virsh -q'])
  },
)
