/**
 * Requests that are hardly HTTP, several at once, and floods: answered in form, and nothing is
 * fenced by them.
 */
import { test } from 'tap'
import { command, fenceUrl } from '../fixtures/servers/agent-server.ts'
import { fuzzPrng, row, spoil, spoilLines, tally } from '../fixtures/values/fuzz.ts'
import { openFuzzServer, planted } from '../fixtures/servers/fuzz-server.ts'
import type { Prng } from '../nemesis/prng.ts'

const body = JSON.stringify(command({ targetHostPassword: planted }))
const head = (line: string, more: readonly string[] = []): string =>
  [
    line,
    'host: peer',
    'content-type: application/json',
    `authorization: Bearer ${planted}`,
    `content-length: ${body.length}`,
    ...more,
  ].join('\r\n')
const post = (more: readonly string[] = []): string =>
  `${head(`POST ${fenceUrl} HTTP/1.1`, more)}\r\n\r\n${body}`

const targets = [
  `http://peer${fenceUrl}`,
  `http://${planted}@192.0.2.9${fenceUrl}?${planted}`,
  `${fenceUrl}?password=${planted}`,
  `//${fenceUrl}`,
  `/ha/../ha/fence/vm/from/peer`,
  `/%68a/fence/vm/from/peer`,
  '*',
  `/${'a'.repeat(5000)}`,
  `/healthz?${planted}`,
  `${fenceUrl}%00`,
  `${fenceUrl};x`,
]
const methods = [
  'GET',
  'PUT',
  'HEAD',
  'OPTIONS',
  'DELETE',
  'TRACE',
  'CONNECT',
  'PATCH',
  'QUERY',
  'post',
  'M-SEARCH',
]
const oddHeaders: readonly ((prng: Prng) => string)[] = [
  () => 'transfer-encoding: chunked',
  () => 'content-length: 0',
  () => 'expect: 100-continue',
  () => `expect: ${planted}`,
  () => 'upgrade: h2c\r\nconnection: upgrade, http2-settings\r\nhttp2-settings: AAMAAABk',
  () => 'content-type: text/plain',
  () => 'content-encoding: gzip',
  () => `x-request-id: ${planted}\u0001`,
  () => `cookie: ${planted}`,
  () => ': no name',
  () => ' folded',
  () => 'a\0b: c',
  () => 'host: other',
  ({ int }) => `x: ${'y'.repeat(int(1, 40_000))}`,
  ({ int }) =>
    Array.from({ length: int(1, 3000) }, (_, index) => `h${index}: ${planted}`).join('\r\n'),
]

const shapes: readonly ((prng: Prng) => string)[] = [
  ({ pick }) => post([pick(['connection: close', 'connection: keep-alive'])]),
  (prng) => post([prng.pick(oddHeaders)(prng), 'connection: close']),
  ({ pick }) => `${head(`POST ${pick(targets)} HTTP/1.1`)}\r\n\r\n${body}`,
  ({ pick }) => `${head(`${pick(methods)} ${fenceUrl} HTTP/1.1`)}\r\n\r\n${body}`,
  ({ pick }) =>
    `${head(`POST ${fenceUrl} ${pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTPS/1.1', 'HTTP/1.1 x', ''])}`)}\r\n\r\n${body}`,
  ({ int }) => post().repeat(int(2, 5)),
  (prng) => post() + spoil(post(), prng),
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => '\u0016\u0003\u0001\u0002\0\u0001\0\u0001',
  ({ int }) => '\r\n'.repeat(int(1, 2000)),
  ({ int }) => `GET /${'%2e'.repeat(int(1, 3000))} HTTP/1.1\r\nhost: a\r\n\r\n`,
]

test('heads with random faults, pipelines and floods', async (t) => {
  const opened = await openFuzzServer(t)
  const prng = fuzzPrng(12)
  const counts = await tally(3000, async () => {
    let bytes = prng.pick(shapes)(prng)
    for (let faults = prng.int(0, 3); faults > 0; faults -= 1) {
      bytes = prng.chance(60) ? spoil(bytes, prng) : spoilLines(bytes, post(), prng)
    }
    const { word, fault } = await opened.ask(bytes)
    if (fault !== undefined) t.fail(`${fault}\n${JSON.stringify(bytes).slice(0, 3000)}`)
    return word
  })
  t.ok(await opened.isHealthy())
  t.ok(counts.of('200') > 50 && counts.of('400') > 100, counts.text)
  t.comment(row('heads with faults', counts))
})
