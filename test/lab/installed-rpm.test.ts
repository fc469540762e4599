// needs the packages
/**
 * The life of the rpm on a host with its own systemd. The host is a Debian with rpm, whose database
 * knows nothing of Debian's packages: what the package asks for is read, and then not insisted on.
 */
import { test } from 'tap'
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'
import {
  bootInstalled,
  firstFolder,
  listFolder,
  whileFencing,
} from '../fixtures/lab/installed-host.ts'
import { nextRpm, nextVersion, rpmOf, version } from '../fixtures/values/packages.ts'

test('from the first installation to the last file', { timeout: 300_000 }, async (t) => {
  const host = await bootInstalled()
  t.teardown(async () => {
    await host.down()
  })
  const suspect = await bootHost()
  t.teardown(async () => {
    await suspect.down()
  })
  const rpm = host.take(rpmOf('x86_64'))
  const files = 'peerfence.json ssh_key ssh_key.pub client-token tokens'
  const sums = async (): Promise<string> =>
    await host.run(`cd /etc/peerfence && sha256sum ${files}`)
  const isActive = async (): Promise<string> =>
    await host.run('systemctl is-active peerfence || true')
  const timer = async (): Promise<string> =>
    await host.run(
      'exec 2>/dev/null; for about in active enabled; do systemctl is-$about peerfence-doctor.timer; done | xargs',
    )

  await t.test('install', async (t) => {
    await host.run('rpm --initdb')
    const refusal = await host.run(`rpm --install ${rpm} || true`)
    for (const name of [
      'iproute',
      'iputils',
      'util-linux',
      'systemd',
      'shadow-utils',
      '/usr/bin/ssh-keygen',
    ]) {
      t.match(refusal, `${name} is needed by peerfence-${version}-1.x86_64`)
    }
    const said = await host.run(`rpm --install --nodeps ${rpm}`)
    t.match(said, /peerfence trust HOST/)
    t.equal(await isActive(), 'active')
    t.equal(await host.run('systemctl is-enabled peerfence'), 'enabled')
    t.match(await host.run('peerfence --version'), `peerfence ${version} (commit `)
    t.equal(
      await host.run('rpm --verify --nodeps peerfence'),
      '',
      'what was installed is what was packed',
    )
    t.equal(await host.run(listFolder), firstFolder)
  })

  await t.test('fence a VM', async (t) => {
    const key = await host.run('cat /etc/peerfence/ssh_key.pub')
    await suspect.exec(`echo '${key}' >>/root/.ssh/authorized_keys`)
    await host.run(`sed -i 's/"pidNamespace": "initial"/"pidNamespace": "nested"/' /etc/peerfence/peerfence.json
      peerfence config check && systemctl restart peerfence`)
    const vm = newVmUuid()
    await suspect.startVm(vm)
    const answer = await host.fence({ vmUuid: vm, targetHostIp: suspect.address })
    t.match(answer, { verdict: 'qemuConfirmedDead', reason: 'destroyed' })
    t.same(await suspect.living(vm), [], 'from outside')
  })

  await t.test(
    'upgrade: what is in flight is answered first, and everything of the host stays',
    async (t) => {
      const kept = await sums()
      t.equal(await timer(), 'inactive disabled', 'as it is shipped')
      await host.run('systemctl enable --now peerfence-doctor.timer')
      const { answer, isFirst } = await whileFencing(
        host,
        `rpm --upgrade --nodeps ${host.take(nextRpm())}`,
      )
      t.match(answer, { verdict: 'qemuStillAlive', reason: 'banner-stalled' })
      t.ok(isFirst, 'answered before the upgrade was done')
      t.match(await host.run('peerfence --version'), `peerfence ${nextVersion} `)
      t.equal(await isActive(), 'active')
      t.equal(await timer(), 'active enabled')
      t.equal(await sums(), kept)
      t.equal(await host.run('ls /etc/peerfence/*.rpm* 2>/dev/null || true'), '')
    },
  )

  await t.test('a host whose presets say so does not start it', async (t) => {
    await host.run('rpm --erase peerfence')
    t.match(await timer(), /^inactive( not-found)?$/)
    t.equal(await host.run('find /etc/systemd -name peerfence-doctor.timer'), '')
    await host.run(`mkdir -p /etc/systemd/system-preset
      echo 'disable peerfence.service' >/etc/systemd/system-preset/10-site.preset`)
    await host.run(`rpm --install --nodeps ${rpm}`)
    t.equal(await isActive(), 'inactive')
    await host.run('rm /etc/systemd/system-preset/10-site.preset; rpm --erase peerfence')
  })

  await t.test('erase: it is gone, and what is the operator’s stays', async (t) => {
    const key = await host.run('cat /etc/peerfence/ssh_key')
    await host.run(`rpm --install --nodeps ${rpm}; peerfence ready`)
    await host.run(
      `sed -i 's/"report"/"flush"/' /etc/peerfence/peerfence.json; rpm --erase peerfence`,
    )
    t.equal(await isActive(), 'inactive')
    t.equal(
      await host.run('ls -d /usr/lib/peerfence /usr/libexec/peerfence 2>/dev/null || true'),
      '',
    )
    t.equal(await host.run('cat /etc/peerfence/ssh_key'), key, 'the key that suspects know')
    t.match(await host.run('cat /etc/peerfence/peerfence.json.rpmsave'), '"flush"')
    await host.run('test -s /var/lib/peerfence/journal.jsonl')
    t.match(await host.run('systemctl status peerfence || true'), /could not be found/)
  })
})
