/**
 * The configuration that the packages install; that it has every setting is in
 * test/config/defaults.test.ts.
 */
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { parseConfig } from '../../agent/config/load.ts'

const text = readFileSync('packaging/common/peerfence.json', 'utf8')
const loaded = parseConfig(JSON.parse(text), {})

test('nobody on this host may ask without a token or the group', async (t) => {
  if (loaded.kind !== 'loaded') throw new Error(JSON.stringify(loaded.faults))
  for (const { at, tokensFile } of loaded.config.http.listeners) {
    t.ok(at.kind === 'unix' || tokensFile !== undefined, JSON.stringify(at))
  }
})

test('what it names is in the folders that the packages and the unit make', async (t) => {
  const unit = readFileSync('packaging/common/peerfence.service', 'utf8')
  t.match(unit, /^StateDirectory=peerfence$/m)
  t.match(unit, /^RuntimeDirectory=peerfence$/m)
  for (const [, path = ''] of text.matchAll(/"(?:unix:)?(\/[^"]+)"/g)) {
    t.match(path, /^\/(etc|var\/lib|run)\/peerfence\/[a-z_.]+$/)
  }
})

test('the firewalls’ files open the port of the defaults', async (t) => {
  const [port] = [...text.matchAll(/"127\.0\.0\.1:(\d+)"/g)].map(([, one = '']) => one)
  const firewalld = readFileSync('packaging/common/peerfence.firewalld.xml', 'utf8')
  t.match(firewalld, `<port protocol="tcp" port="${String(port)}"/>`)
  const names = (form: RegExp) => [...firewalld.matchAll(form)].map(([, name]) => name)
  t.same(names(/<\/(\w+)>/g), ['short', 'description', 'service'], 'every element is closed')
  t.match(readFileSync('packaging/common/peerfence.ufw', 'utf8'), `\nports=${String(port)}/tcp\n`)
})
