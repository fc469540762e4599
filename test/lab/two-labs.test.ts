// spoils block devices
/**
 * Two labs beside each other: the same names and addresses, and nothing of one shows in the other.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { bootHost, lab, labProgram, newVmUuid } from '../fixtures/lab/lab.ts'

tap.setTimeout(300_000)

/** Another lab, in which a shell does what it is told, a line at a time. */
const startLab = (t: Test) => {
  // Each line runs by itself; its last word to us is its status.
  const shell = 'while read -r line; do eval "$line" 2>&1; echo "end $?"; done'
  const child = spawn(labProgram, ['run', '--', 'bash', '-c', shell], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const over = once(child, 'exit')
  const end = async (): Promise<unknown> => {
    child.stdin.end()
    const [code] = (await over) as [number | null]
    return code
  }
  t.teardown(end)
  return {
    end,
    /** What a command says; throws where it fails. */
    say: async (command: string): Promise<string> => {
      child.stdin.write(`${command.replace(/^lab /, `${labProgram} `)}\n`)
      const said: string[] = []
      for (;;) {
        const next: IteratorResult<string, undefined> = await lines.next()
        if (next.done === true) throw new Error(`${command}: the lab is over: ${said.join('\n')}`)
        if (!/^end \d+$/.test(next.value)) said.push(next.value)
        else if (next.value === 'end 0') return said.join('\n')
        else throw new Error(`${command}: ${next.value}: ${said.join('\n')}`)
      }
    },
  }
}

test('two labs have hosts of the same name and address, and see nothing of each other', async (t) => {
  const other = startLab(t)
  const vm = newVmUuid()
  const host = await bootHost()
  const theirs = await other.say(`lab host up ${host.name}`)
  t.equal(theirs.split('.').slice(0, 3).join('.'), host.address.split('.').slice(0, 3).join('.'))
  t.not(await other.say('echo $LAB_DIR'), process.env['LAB_DIR'])
  t.not(
    await other.say(`lab host hostkey ${host.name}`),
    await lab('host', 'hostkey', host.name),
    'it is another host',
  )
  await host.startVm(vm)
  await other.say(`lab vm start ${host.name} ${vm}`)

  await t.test('a VM that ends in one lives on in the other', async (t) => {
    await host.exec(`kill -9 $(pgrep -f '[q]emu.*${vm}'); sleep 0.5`)
    t.same(await host.living(vm), [])
    t.match(await other.say(`lab alive ${host.name} ${vm}`), / [RS] /)
  })

  await t.test('a LUN that hangs in one is in flight on its own host alone', async (t) => {
    const inFlight = 'cat /sys/block/*/inflight; ls /sys/block'
    const hung = newVmUuid()
    const lun = await lab('storage', 'lun', host.name)
    await host.startVm(hung, '--disk', lun, '--cache', 'none', '--aio', 'native')
    await host.state('hang-storage', hung)
    const name = lun.replace('/dev/', '')
    t.match((await host.exec(`cat /sys/block/${name}/inflight`)).text, /[1-9]/, 'it shows here')
    const elsewhere = await other.say(`lab host exec ${host.name} -- bash -c '${inFlight}'`)
    t.notMatch(elsewhere, /loop/)
    await host.state('thaw-storage')
  })

  await t.test('one ends and takes nothing of the other along', async (t) => {
    t.equal(await other.end(), 0)
    t.equal((await host.exec('virsh -q list')).code, 0)
    const again = newVmUuid()
    await host.startVm(again)
    t.not((await host.living(again)).length, 0)
    const { text } = await host.exec('cat /proc/self/cgroup')
    t.match(text, /0::\//, 'its cgroups are there')
  })
})

test('a command that runs apart sees neither the processes nor the loop devices of a lab', async (t) => {
  const host = await bootHost()
  const vm = newVmUuid()
  const lun = await lab('storage', 'lun', host.name)
  await host.startVm(vm, '--orphan', '--disk', lun)
  const look = `ls /sys/block; cat /proc/[0-9]*/cmdline | tr '\\\\0' ' '; exit 7`
  const seen = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
    execFile(labProgram, ['apart', '--', 'bash', '-c', look], (error, stdout) => {
      resolve({ code: error?.code, stdout })
    })
  })
  t.equal(seen.code, 7, 'its status is that of the command')
  t.match(seen.stdout, /_apart/, 'its own processes show')
  t.notMatch(seen.stdout, /qemu|^loop/m)
  t.not((await host.living(vm)).length, 0)
})
