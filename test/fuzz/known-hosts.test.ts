/**
 * A known hosts file that something garbled: who was known stays known, and only their own key
 * passes.
 */
import { createHmac } from 'node:crypto'
import { test } from 'tap'
import { entriesOf, judgeKey, parseKnownHosts } from '../../agent/suspect/host-key/known-hosts.ts'
import { isFault, planImport } from '../../agent/suspect/host-key/known-hosts-import.ts'
import { withoutHost } from '../../agent/suspect/host-key/known-hosts-edit.ts'
import { fuzzPrng, row, spoil, spoilMore, tally } from '../fixtures/values/fuzz.ts'
import { generateKey } from '../fixtures/servers/suspect-host.ts'

const ours = generateKey()
const rsa = generateKey('rsa')
const stranger = generateKey()
const host = '10.0.0.1'

const salt = Buffer.from('0123456789abcdefghij')
const hash = createHmac('sha1', salt).update(host).digest('base64')
const names = [
  host,
  `kvm-1,${host}`,
  '10.0.*',
  `|1|${salt.toString('base64')}|${hash}`,
  `${host},!10.0.0.2`,
]
const others = [
  '# keys of the racks',
  `10.0.0.2 ${stranger.publicText}`,
  `kvm-9,10.0.0.9 ${rsa.publicText} root@kvm-9`,
  `@revoked 10.0.0.3 ${ours.publicText}`,
  '',
]

const judge = (text: string, key: Buffer) => judgeKey([entriesOf(parseKnownHosts(text), host)], key)

test('behind its name, nothing that happens to a line lets another key in', async (t) => {
  const prng = fuzzPrng(3)
  const counts = await tally(40_000, () => {
    let rest = ` ${prng.pick([ours, rsa]).publicText}`
    for (let faults = prng.int(1, 6); faults > 0; faults -= 1) rest = spoil(rest, prng)
    // Whatever ends the name is not the name: a letter that is stuck to it makes another host of
    // it.
    const line = `${prng.pick(names)} ${rest}`
    const text = prng.shuffle([...others, line]).join('\n')
    const word = judge(text, stranger.publicKey)
    if (word === 'new' || word === 'known') t.fail(`${word}: ${JSON.stringify(text)}`)
    return judge(text, ours.publicKey)
  })
  t.ok(counts.of('changed') > 1000 && counts.of('known') > 10)
  t.comment(row('known hosts with 1 to 6 faults behind a name', counts))
})

test('whatever happens to the file, a key that was never in it for a host is not known', async (t) => {
  const prng = fuzzPrng(4)
  const foreign = generateKey().publicKey
  const counts = await tally(20_000, () => {
    const lines = [...others, `${prng.pick(names)} ${ours.publicText}`]
    const text = spoilMore(prng.shuffle(lines).join('\n'), others.join('\n'), prng)
    const word = judge(text, foreign)
    if (word === 'known') t.fail(JSON.stringify(text))
    return word
  })
  t.ok(counts.tried > 1000)
  t.comment(row('known hosts with faults anywhere, for a foreign key', counts))
})

test('a garbled file is imported as a whole or not at all, and against no known key', async (t) => {
  const prng = fuzzPrng(5)
  const store = `${host} ${ours.publicText}\n@revoked * ${rsa.publicText}\n`
  const counts = await tally(3000, () => {
    const lines = [...others, `${prng.pick(names)} ${prng.pick([ours, stranger]).publicText}`]
    const text = spoilMore(prng.shuffle(lines).join('\n'), others.join('\n'), prng)
    const plan = planImport(text, store, false)
    if (plan.text === undefined) {
      if (!plan.lines.some(isFault)) t.fail(`no fault: ${JSON.stringify(text)}`)
      return 'refused'
    }
    if (!plan.text.startsWith(store)) t.fail(`the store lost something: ${JSON.stringify(text)}`)
    if (judge(plan.text, stranger.publicKey) === 'known') t.fail(`trusted: ${JSON.stringify(text)}`)
    if (judge(plan.text, rsa.publicKey) !== 'revoked')
      t.fail(`not revoked: ${JSON.stringify(text)}`)
    if (parseKnownHosts(plan.text).malformed > 0) t.fail(`malformed: ${JSON.stringify(text)}`)
    return plan.text === store ? 'nothing new' : 'taken over'
  })
  t.ok(counts.of('refused') > 10 && counts.of('taken over') > 10)
  t.comment(row('imports with 1 to 5 faults', counts))
})

test('to take one host out of a garbled file changes nothing for the others', async (t) => {
  const prng = fuzzPrng(6)
  const counts = await tally(5000, () => {
    const lines = [...others, `${prng.pick(names)} ${ours.publicText}`]
    const text = spoilMore(prng.shuffle(lines).join('\n'), others.join('\n'), prng)
    const removal = withoutHost(text, host, () => false)
    const isLeft = entriesOf(parseKnownHosts(removal.text), host).some((one) => !one.isRevoked)
    if (isLeft && removal.patterns.length === 0) t.fail(`still known: ${JSON.stringify(text)}`)
    for (const other of ['10.0.0.2', '10.0.0.9', 'kvm-1', 'kvm-9']) {
      const [before, after] = [text, removal.text].map((one) =>
        entriesOf(parseKnownHosts(one), other)
          .map(({ key }) => key.toString('hex'))
          .join(),
      )
      if (before !== after) t.fail(`${other} changed: ${JSON.stringify(text)}`)
    }
    return removal.patterns.length > 0 ? 'a pattern' : `${removal.lines} lines`
  })
  t.comment(row('removals from files with 1 to 5 faults', counts))
})
