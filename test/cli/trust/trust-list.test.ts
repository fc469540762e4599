import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'tap'
import { fingerprint } from '../../../agent/suspect/host-key/known-hosts.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'
import { openTrustConfig } from '../../fixtures/servers/trust-config.ts'

const key = generateKey()
const print = fingerprint(key.publicKey)
const text = `kvm-1,10.0.0.1 ${key.publicText}
@revoked [kvm-2]:2222 ${key.publicText}
kvm-\u00033 ssh-ed25519 AAAA
[kvm-4]:22 ${key.publicText.trim()} peerfence-first-contact
@odd entry
`

test('all of it, and what belongs to one host', async (t) => {
  const { trust } = openTrustConfig(t, text)
  const all = [
    `kvm-1,10.0.0.1 ssh-ed25519 ${print} known`,
    `[kvm-2]:2222 ssh-ed25519 ${print} revoked`,
    'kvm-?3 ssh-ed25519 garbled known',
    `[kvm-4]:22 ssh-ed25519 ${print} first-contact`,
    '',
  ]
  t.match(await trust(['--list']), {
    code: 0,
    out: all.join('\n'),
    err: /1 lines of the file are no/,
  })
  t.match(await trust(['--list', '10.0.0.1']), { code: 0, out: `${all[0] ?? ''}\n` })
  t.match(await trust(['--list', 'kvm-2:2222']), { code: 0, out: `${all[1] ?? ''}\n` })
  t.match(await trust(['--list', 'kvm-2']), { code: 1, out: '' })
  const json = await trust(['--list', '--json', 'kvm-1'])
  t.strictSame(JSON.parse(json.out), [
    { names: 'kvm-1,10.0.0.1', type: 'ssh-ed25519', fingerprint: print, state: 'known' },
  ])
})

test('a file that is not there lists nothing, one that cannot be read is a fault', async (t) => {
  const operator = openTrustConfig(t)
  t.match(await operator.trust(['--list']), { code: 0, out: '', err: '' })
  mkdirSync(operator.knownHostsFile)
  t.match(await operator.trust(['--list']), { code: 1, err: /cannot be read/ })
  t.match(await operator.trust(['--remove', 'kvm-1']), { code: 1, err: /could not be written/ })
})

test('a host is removed, and its other names stay', async (t) => {
  const operator = openTrustConfig(t, text)
  t.match(await operator.trust(['--remove', '10.0.0.1']), {
    code: 0,
    out: '10.0.0.1 removed from 1 lines; still known: kvm-1\n',
  })
  t.match(await operator.trust(['--remove', 'kvm-1']), {
    code: 0,
    out: 'kvm-1 removed from 1 lines\n',
  })
  t.match(await operator.trust(['--remove', 'kvm-1']), {
    code: 1,
    out: 'kvm-1 removed from 0 lines\n',
  })
  t.match(await operator.trust(['--remove', 'kvm-2:2222']), { code: 1 }, 'a revocation stays')
  t.equal(operator.known(), text.slice(text.indexOf('@revoked')))
  writeFileSync(operator.knownHostsFile, `10.0.* ${key.publicText}\n`)
  t.match(await operator.trust(['--remove', '10.0.0.1']), { code: 1, err: /line 1 of the file/ })
})
