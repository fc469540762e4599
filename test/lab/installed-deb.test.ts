// needs the packages
/**
 * The life of the Debian package on a host with its own systemd: the installed agent, not that of
 * the checkout.
 */
import { test } from 'tap'
import type { Test } from 'tap'
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import {
  bootInstalled,
  firstFolder,
  give,
  listFolder,
  whileFencing,
} from '../fixtures/lab/installed-host.ts'
import type { InstalledHost } from '../fixtures/lab/installed-host.ts'
import { debOf, nextDeb, nextVersion, version } from '../fixtures/values/packages.ts'

const boot = async (t: Test): Promise<InstalledHost> => {
  const host = await bootInstalled()
  t.teardown(async () => {
    await host.down()
  })
  return host
}
const bootSuspect = async (t: Test): Promise<LabHost> => {
  const host = await bootHost()
  t.teardown(async () => {
    await host.down()
  })
  return host
}

const names = ['peerfence.json', 'ssh_key', 'ssh_key.pub', 'client-token', 'tokens'] as const
const sums = async (host: InstalledHost): Promise<string> =>
  await host.run(`cd /etc/peerfence && sha256sum ${names.join(' ')}`)
const isActive = async (host: InstalledHost): Promise<string> =>
  await host.run('systemctl is-active peerfence || true')
const mainPid = async (host: InstalledHost): Promise<string> =>
  await host.run('systemctl show --property MainPID --value peerfence')
const timer = async (host: InstalledHost): Promise<string> =>
  await host.run(
    'exec 2>/dev/null; for about in active enabled; do systemctl is-$about peerfence-doctor.timer; done | xargs',
  )
const timerFiles = 'find /etc/systemd -name peerfence-doctor.timer'

/** Suspects of the lab show a nested pid namespace. */
const configure = async (host: InstalledHost): Promise<void> => {
  await host.run(`sed -i 's/"pidNamespace": "initial"/"pidNamespace": "nested"/' /etc/peerfence/peerfence.json
    peerfence config check && systemctl restart peerfence`)
}

/**
 * The line of the page of next steps that adds the key, given to the suspect's shell as it stands
 * there.
 */
const followStep = async (host: InstalledHost, suspect: LabHost, form: RegExp): Promise<void> => {
  const page = await host.run('cat /etc/peerfence/next-steps.txt')
  const line = page.split('\n').find((one) => form.test(one)) ?? 'exit 9'
  const { code, text } = await suspect.exec(line)
  if (code !== 0) throw new Error(text)
}
const plainly = /^ +mkdir .* echo 'ssh-ed25519 /
const forced = /^ +mkdir .* echo 'restrict,command=/

/** What dpkg, systemd and sysusers keep for themselves. */
const madeByOthers =
  /^\/var\/lib\/(dpkg|systemd|apt)\/|^\/etc\/(passwd|group|shadow|gshadow)-$|^\/var\/cache\//

test('from the first installation to the last file', { timeout: 300_000 }, async (t) => {
  const host = await boot(t)
  const suspect = await bootSuspect(t)
  const everyFile = `find / -xdev \\( -path /root -o -path /tmp -o -path /var/log \\) -prune -o -print | sort`
  const before = await host.run(everyFile)
  const deb = host.take(debOf('x86_64'))

  await t.test('install: it runs, and says what is left to do', async (t) => {
    const startedMs = performance.now()
    const said = await host.run(`dpkg --install ${deb}`)
    t.comment(
      `installed agent | answers | ${Math.round(performance.now() - startedMs)} ms after dpkg began`,
    )
    t.match(said, /peerfence trust HOST/)
    t.equal(await isActive(host), 'active')
    t.match(await host.run('systemctl is-enabled peerfence'), 'enabled')
    t.match(
      await host.run('peerfence --version'),
      new RegExp(`^peerfence ${version} \\(commit .*, Node\\.js 24\\.21\\.0\\)$`),
    )
    t.equal(await host.run(listFolder), firstFolder)
    t.equal(
      await host.run('stat --format "%a %U %n" /var/lib/peerfence /run/peerfence'),
      '700 peerfence /var/lib/peerfence\n750 peerfence /run/peerfence',
    )
    t.match(await host.run('peerfence config check'), /: no faults$/)
    t.notMatch(await host.run('journalctl --unit peerfence'), /"level":"(warn|error|fatal)"/)
    const planted = "echo 'process.exit(9)' >/tmp/planted.cjs"
    const environment = 'NODE_OPTIONS="--require /tmp/planted.cjs" NODE_PATH=/tmp'
    t.match(
      await host.run(`${planted}; ${environment} peerfence --version`),
      `peerfence ${version} `,
    )
  })

  await t.test('who may ask: the group at the socket, the token on loopback', async (t) => {
    const token = await host.run('cat /etc/peerfence/client-token')
    const [stranger, member] = [{ user: 'nobody' }, { user: 'nobody', groups: 'peerfence' }]
    t.equal(await host.ask(member, 'socket'), '200')
    t.equal(await host.ask(stranger, 'socket'), 'none: EACCES')
    t.equal(await host.ask(stranger, 'loopback'), '401')
    t.equal(await host.ask(stranger, 'loopback', token), '200')
    const asMember = 'setpriv --reuid nobody --regid nogroup --groups peerfence cat'
    t.equal(await host.run(`${asMember} /etc/peerfence/client-token`), token)
    await t.rejects(host.run(`${asMember} /etc/peerfence/ssh_key`), /Permission denied/)
  })

  await t.test('configure and fence a VM, plainly', async (t) => {
    await followStep(host, suspect, plainly)
    const { text: shown } = await suspect.exec('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
    const [, fingerprint = ''] = / (SHA256:\S+) /.exec(shown) ?? []
    await host.run(`sed -i 's/"accept-new"/"strict"/' /etc/peerfence/peerfence.json`)
    await configure(host)
    const vm = newVmUuid()
    await suspect.startVm(vm)
    const request = { vmUuid: vm, targetHostIp: suspect.address }
    t.match(await host.fence(request), { verdict: 'qemuStillAlive', reason: 'host-key-unknown' })
    await host.run(`peerfence trust ${suspect.address} --fingerprint ${fingerprint}`)
    const answer = await host.fence(request)
    t.match(answer, { verdict: 'qemuConfirmedDead', reason: 'destroyed', success: true })
    t.same(await suspect.living(vm), [], 'from outside')
    t.comment(`installed agent | fences a VM | ${String(answer['durationMs'])} ms`)
  })

  await t.test('a member of the group fences from the command line', async (t) => {
    const vm = newVmUuid()
    await suspect.startVm(vm)
    const as = (groups: string): string =>
      `setpriv --reuid nobody --regid nogroup ${groups} peerfence fence ${vm} ${suspect.address}`
    await t.rejects(host.run(as('--clear-groups')), 'who is none has no way in')
    t.not((await suspect.living(vm)).length, 0)
    t.match(await host.run(as('--groups peerfence')), /^qemuConfirmedDead destroyed$/m)
    t.same(await suspect.living(vm), [], 'from outside')
    t.match(
      await host.run(`peerfence history --vm ${vm}`),
      `VM ${vm} on ${suspect.address}: qemuConfirmedDead destroyed; asked by unix,`,
    )
  })

  await t.test('behind the forced command of the package on the suspect', async (t) => {
    await suspect.exec('rm /root/.ssh/authorized_keys')
    await followStep(host, suspect, forced)
    const vm = newVmUuid()
    await suspect.startVm(vm)
    const login = `"logins": [{ "hosts": ["${suspect.address}"], "program": "installed", "identityFiles": ["/etc/peerfence/ssh_key"] }]`
    await host.run(`sed -i 's|"logins": \\[\\]|${login}|' /etc/peerfence/peerfence.json`)
    await configure(host)
    const request = { vmUuid: vm, targetHostIp: suspect.address }
    t.match(await host.fence(request), { reason: 'program-missing' })
    t.not((await suspect.living(vm)).length, 0)
    const { code, text } = await suspect.exec(`dpkg --install ${give(suspect, debOf('x86_64'))}`)
    t.equal(code, 0, text)
    t.match(await host.fence(request), { verdict: 'qemuConfirmedDead', reason: 'destroyed' })
    t.same(await suspect.living(vm), [], 'from outside')
  })

  await t.test('in its sandbox it still proves silence', async (t) => {
    const away = await bootSuspect(t)
    await host.run(`ping -c 1 ${away.address}`)
    await away.state('drop')
    const answer = await host.fence({ vmUuid: newVmUuid(), targetHostIp: away.address })
    t.match(answer, { verdict: 'targetHostUnreachable', reason: 'every-address-silent' })
    // Without CAP_NET_ADMIN it is kept. Where a first contact proves nothing, the second finds
    // none.
    t.notMatch(JSON.stringify(answer['evidence']), /"oldEntry":"kept"/)
  })

  await t.test('reload: SIGHUP brings in a token', async (t) => {
    const pid = await mainPid(host)
    const token = await host.run('peerfence token create mn-1 2>/dev/null')
    const tokens = 'stat --format "%a %U:%G" /etc/peerfence/tokens'
    t.equal(await host.run(tokens), '640 root:peerfence', 'the agent may go on reading it')
    await host.run(`systemctl reload peerfence && journalctl --sync
      for i in $(seq 50); do journalctl --unit peerfence | grep -q reloaded && exit; sleep 0.1; done; exit 1`)
    t.equal(await host.ask({ user: 'nobody' }, 'loopback', token), '200')
    t.equal(await mainPid(host), pid)
  })

  await t.test('it comes back from a crash', async (t) => {
    const pid = await mainPid(host)
    await host.run(`kill -KILL ${pid}; sleep 0.2; peerfence ready --wait-sec 20`)
    t.not(await mainPid(host), pid)
  })

  await t.test(
    'no start with a key that others may read, and a start once it is mended',
    async (t) => {
      await host.run('chmod 0644 /etc/peerfence/ssh_key')
      const startedMs = performance.now()
      await t.rejects(host.run('systemctl restart peerfence'))
      t.ok(performance.now() - startedMs < 15_000, 'it is not waited for in vain')
      t.not(await isActive(host), 'active')
      t.match(
        await host.run('journalctl --unit peerfence --lines 20'),
        /ssh_key must be closed to everybody else/,
      )
      await host.run('chmod 0600 /etc/peerfence/ssh_key; peerfence ready --wait-sec 20')
    },
  )

  await t.test(
    'upgrade: what is in flight is answered first, and everything of the host stays',
    async (t) => {
      const kept = await sums(host)
      const known = await host.run('sha256sum /var/lib/peerfence/known_hosts')
      const pid = await mainPid(host)
      t.equal(await timer(host), 'inactive disabled', 'as it is shipped')
      await host.run('systemctl enable --now peerfence-doctor.timer')
      const { answer, isFirst, tookMs, said } = await whileFencing(
        host,
        `dpkg --install ${host.take(nextDeb())}`,
      )
      t.match(answer, { verdict: 'qemuStillAlive', reason: 'banner-stalled' })
      t.ok(isFirst, 'answered before the upgrade was done')
      t.comment(`installed agent | answers while it is upgraded | ${Math.round(tookMs)} ms`)
      t.notMatch(said, /peerfence trust HOST/, 'the next steps are for the first time')
      t.match(await host.run('peerfence --version'), `peerfence ${nextVersion} `)
      t.equal(await isActive(host), 'active')
      t.not(await mainPid(host), pid)
      t.equal(await timer(host), 'active enabled')
      t.equal(await sums(host), kept)
      t.equal(await host.run('sha256sum /var/lib/peerfence/known_hosts'), known)
      t.match(await host.run('cat /var/lib/peerfence/journal.jsonl'), /banner-stalled/)
    },
  )

  await t.test('remove: it stops, and the configuration stays', async (t) => {
    const kept = await sums(host)
    await host.run('dpkg --remove peerfence')
    t.equal(await host.run('systemctl is-active peerfence || true'), 'inactive')
    t.match(await timer(host), /^inactive( not-found)?$/)
    t.equal(await host.run(timerFiles), '', 'no link of it is left')
    t.equal(
      await host
        .run('ls /usr/lib/peerfence /usr/bin/peerfence 2>&1 || true')
        .then((text) => text.split('\n').length),
      2,
    )
    t.equal(await sums(host), kept)
    await host.run('test -s /var/lib/peerfence/journal.jsonl')
  })

  await t.test('installed once more: the same key and token', async (t) => {
    const kept = await sums(host)
    await host.run(`dpkg --install ${deb}`)
    t.equal(await sums(host), kept)
    t.equal(await isActive(host), 'active')
    t.equal(await timer(host), 'inactive disabled')
  })

  await t.test('purge: nothing of ours is left, and nothing else is gone', async (t) => {
    await host.run(`echo mine | tee /etc/peerfence/tls.pem >/etc/peerfence/ssh_key
      systemctl enable --now peerfence-doctor.timer`)
    const tokens = await host.run('cat /etc/peerfence/tokens')
    t.match(tokens, /^mn-1 /m)
    await host.run('dpkg --purge peerfence')
    t.match(await timer(host), /^inactive( not-found)?$/)
    t.equal(await host.run(timerFiles), '')
    t.equal(await host.run('cat /etc/peerfence/ssh_key'), 'mine')
    t.equal(await host.run('cat /etc/peerfence/tokens'), tokens)
    const left = (await host.run(everyFile)).split('\n')
    t.same(
      left.filter((file) => !before.split('\n').includes(file) && !madeByOthers.test(file)),
      ['', '/ssh_key', '/tls.pem', '/tokens'].map((name) => `/etc/peerfence${name}`),
      'what the operator put there',
    )
    t.same(
      before.split('\n').filter((file) => !left.includes(file)),
      [],
    )
    t.match(await host.run('id peerfence'), /peerfence/, 'the user stays, as Debian has it')
  })
})
