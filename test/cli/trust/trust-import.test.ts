import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { knownHostsBytesMax } from '../../../agent/suspect/host-key/known-hosts-file.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'
import { openTrustConfig } from '../../fixtures/servers/trust-config.ts'

const key = generateKey()
const other = generateKey()

test('a file is taken over; once more it adds nothing', async (t) => {
  const operator = openTrustConfig(t, '')
  const file = join(t.testdir({ other: '' }), 'theirs')
  writeFileSync(file, `a ${key.publicText}\n@cert-authority * ${key.publicText}\n`)
  t.match(await operator.trust(['--import', file, '--dry-run']), {
    code: 0,
    out: 'line 1: added\nline 2: skipped: certificate authorities are not supported\nnothing was written: this was a dry run\n',
  })
  t.equal(operator.known(), '')
  t.match(await operator.trust(['--import', file]), { code: 0, out: /1 lines added\n$/, err: '' })
  t.equal(operator.known(), `a ${key.publicText}\n`)
  t.match(await operator.trust(['--import', file]), {
    code: 0,
    out: /line 1: already known\n[^]*0 lines/,
  })
})

test('a fault is named by its line, and nothing is written', async (t) => {
  const before = `a ${other.publicText}\n`
  const operator = openTrustConfig(t, before)
  const typed = `b ${key.publicText}\nbroken\na ${key.publicText}\n`
  for (const more of [[], ['--dry-run']]) {
    const refused = await operator.trust(['--import', '-', ...more], { typed })
    t.match(refused, { code: 1, out: 'line 1: added\n' })
    t.match(
      refused.err,
      /^line 2: malformed\nline 3: another key of this type is known[^]*nothing was/,
    )
    t.equal(operator.known(), before)
  }
  const replaced = await operator.trust(['--import', '-', '--replace'], {
    typed: `a ${key.publicText}\n`,
  })
  t.match(replaced, { code: 0, out: /line 1: added in place of another key\n1 lines added/ })
  t.equal(operator.known(), `a ${key.publicText}\n`)
})

test('a file that is not there, a folder, one without end', async (t) => {
  const operator = openTrustConfig(t, '')
  const folder = t.testdir({ long: '' })
  truncateSync(join(folder, 'long'), knownHostsBytesMax + 1)
  for (const name of ['none', '.', 'long']) {
    const refused = await operator.trust(['--import', join(folder, name)])
    t.match(refused, { code: 66, err: /cannot be read/ }, name)
  }
})

test('a store that takes nothing is told', async (t) => {
  const operator = openTrustConfig(t)
  writeFileSync(`${operator.knownHostsFile}.lock`, '')
  const refused = await operator.trust(['--import', '-'], { typed: `a ${key.publicText}\n` })
  t.match(refused, { code: 1, err: /nothing was written: the known hosts file/ })
})
