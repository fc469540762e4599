/**
 * Commands with random faults against a real server: accepted as the contract says, or turned away.
 */
import { test } from 'tap'
import { command, fenceUrl } from '../fixtures/servers/agent-server.ts'
import { fuzzPrng, row, spoil, spoilValue, tally } from '../fixtures/values/fuzz.ts'
import { openFuzzServer, planted } from '../fixtures/servers/fuzz-server.ts'
import type { Prng } from '../nemesis/prng.ts'

const whole = command({
  targetHostUuid: '0123456789abcdef0123456789abcdef',
  targetHostAddresses: ['192.0.2.8', '2001:db8::8', 'kvm-8.example'],
  targetHostUsername: 'root',
  targetHostPassword: planted,
  targetHostPrivateKey: `-----BEGIN ${planted}-----`,
  targetHostSshPort: 2222,
  sshTimeoutSec: 20,
  kvmHostAddons: { any: [planted] },
})

const post = (text: string, length = Buffer.byteLength(text)): string =>
  `POST ${fenceUrl} HTTP/1.1\r\nhost: peer\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n${text}`

const chunked = (text: string, { int, pick }: Prng): string => {
  const cut = int(0, text.length)
  const parts = [text.slice(0, cut), text.slice(cut)].map((part) => {
    const size = pick(['right', 'right', 'right', 'short', 'junk'])
    const length = Buffer.byteLength(part)
    const given =
      size === 'right'
        ? length.toString(16)
        : size === 'short'
          ? (length >> 1).toString(16)
          : pick(['-1', 'zz', 'ffffffffffffffffff', '', '0x5'])
    return `${given}\r\n${part}\r\n`
  })
  return `POST ${fenceUrl} HTTP/1.1\r\nhost: peer\r\ncontent-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${parts.join('')}0\r\n\r\n`
}

/** What no object can be written as. */
const asText = (value: unknown, { int, pick }: Prng): string => {
  const text = JSON.stringify(value)
  const more = pick([
    '"vmUuid":"*","vmUuid":"11111111222243338444555555555555",',
    '"__proto__":{"targetHostIp":"192.0.2.9"},',
    '"constructor":{"prototype":{"port":1}},',
    `"x":${'['.repeat(int(1, 20_000))},`,
    `"sshTimeoutSec":${pick(['1e999', '-0', '20.0', '1e1', '9'.repeat(400), '0x14', '020'])},`,
    `"targetHostPassword":"${planted}\\ud800",`,
    `"targetHostPassword":7,"y":"${planted}",`,
    '',
  ])
  return text.replace('{', `{${more}`)
}

test('other values in a command', async (t) => {
  const opened = await openFuzzServer(t)
  const prng = fuzzPrng(10)
  const counts = await tally(2500, async () => {
    let value: unknown = whole
    for (let faults = prng.int(0, 2); faults > 0; faults -= 1) value = spoilValue(value, prng)
    const bytes = post(prng.chance(60) ? JSON.stringify(value) : asText(value, prng))
    const { word, fault } = await opened.ask(bytes)
    if (fault !== undefined) t.fail(`${fault}\n${JSON.stringify(bytes).slice(0, 3000)}`)
    return word
  })
  t.ok(await opened.isHealthy())
  t.ok(counts.of('200') > 50 && counts.of('400') > 100, counts.text)
  t.comment(row('commands with other values', counts))
})

test('spoiled text, wrong lengths, broken chunks', async (t) => {
  const opened = await openFuzzServer(t)
  const prng = fuzzPrng(11)
  const counts = await tally(2500, async () => {
    let text = JSON.stringify(whole)
    for (let faults = prng.int(0, 3); faults > 0; faults -= 1) text = spoil(text, prng)
    const length = Buffer.byteLength(text)
    const bytes = prng.pick([
      () => post(text),
      () => post(text, prng.int(0, length)),
      () => post(text, length + prng.int(1, 10)),
      () => chunked(text, prng),
    ])()
    const { word, fault } = await opened.ask(bytes)
    if (fault !== undefined) t.fail(`${fault}\n${JSON.stringify(bytes).slice(0, 3000)}`)
    return word
  })
  t.ok(await opened.isHealthy())
  t.ok(counts.of('200') > 50 && counts.of('400') > 100, counts.text)
  t.comment(row('bodies with faults', counts))
})
