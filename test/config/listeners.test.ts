import { test } from 'tap'
import { parseListeners } from '../../agent/config/listeners.ts'
import type { ListenerFile } from '../../agent/config/listeners.ts'

const tls = { certificateFile: '/c', keyFile: '/k' }
const clientCaFile = '/ca'
const open = { at: '0.0.0.0:1' }

const faultsOf = (...files: readonly ListenerFile[]): readonly string[] => {
  const parsed = parseListeners(files)
  return parsed.kind === 'faulty' ? parsed.faults.map(({ path }) => path) : []
}

test('what a listener has to demand', async (t) => {
  const at = '/http/listeners/0'
  const rows: readonly (readonly [string, ListenerFile, readonly string[]])[] = [
    ['loopback', { at: '127.0.0.1:1' }, []],
    ['loopback of IPv6', { at: '[::1]:1' }, []],
    ['a unix socket', { at: 'unix:/run/x' }, []],
    ['every address, and nothing demanded', open, [at]],
    ['the same in IPv6', { at: '[::]:1' }, [at]],
    ['one address of this host', { at: '10.0.0.1:1' }, [at]],
    ['TLS without client certificates', { ...open, tls }, [at]],
    ['TLS with client certificates', { ...open, tls: { ...tls, clientCaFile } }, []],
    ['tokens', { ...open, tokensFile: '/t' }, []],
    ['a list of callers', { ...open, allowFrom: ['10.0.0.5'] }, []],
    [
      'a list of everybody',
      { ...open, allowFrom: ['10.0.0.5', '0.0.0.0/0'] },
      [`${at}/allowFrom/1`],
    ],
    [
      'in two halves',
      { ...open, allowFrom: ['0.0.0.0/1', '128.0.0.0/1'] },
      [`${at}/allowFrom/0`, `${at}/allowFrom/1`],
    ],
    ['everybody in IPv6', { ...open, allowFrom: ['::/0'] }, [`${at}/allowFrom/0`]],
    [
      'a list of everybody with tokens',
      { ...open, allowFrom: ['0.0.0.0/0'], tokensFile: '/t' },
      [],
    ],
    ['a list of everybody on loopback', { at: '127.0.0.1:1', allowFrom: ['0.0.0.0/0'] }, []],
    ['no address', { at: 'localhost:1' }, [`${at}/at`]],
    [
      'a network with a typing error',
      { ...open, allowFrom: ['10.0.0.0/8', '10.0.0.0/99'] },
      [`${at}/allowFrom/1`],
    ],
    ['TLS on a unix socket', { at: 'unix:/run/x', tls }, [`${at}/tls`]],
    [
      'callers of a unix socket',
      { at: 'unix:/run/x', allowFrom: ['10.0.0.5'] },
      [`${at}/allowFrom`],
    ],
    [
      'names without an authority',
      { at: '127.0.0.1:1', tls: { ...tls, clientNames: ['mn'] } },
      [`${at}/tls/clientNames`],
    ],
    [
      'fences that anybody passes on',
      { at: '127.0.0.1:1', passedOn: 'accept' },
      [`${at}/passedOn`],
    ],
    [
      'fences that any address of a list passes on',
      { ...open, allowFrom: ['10.0.0.5'], passedOn: 'accept' },
      [`${at}/passedOn`],
    ],
    ['fences that a token passes on', { ...open, tokensFile: '/t', passedOn: 'accept' }, []],
    [
      'fences that a certificate passes on',
      { ...open, tls: { ...tls, clientCaFile }, passedOn: 'accept' },
      [],
    ],
    ['fences that nobody passes on', { at: '127.0.0.1:1', passedOn: 'refuse' }, []],
  ]
  for (const [title, file, paths] of rows) t.same(faultsOf(file), paths, title)
})

test('the fault of an open listener says what to choose', async (t) => {
  const rule = /tls with clientCaFile .*, tokensFile .*, allowFrom .*; or listen on 127\.0\.0\.1/
  t.match(parseListeners([open]), { faults: [{ rule }] })
})

test('two listeners at one place are one too many', async (t) => {
  const [one, other] = [{ at: '127.0.0.1:1' }, { at: '127.0.0.1:2' }]
  t.same(faultsOf(one, other, one), ['/http/listeners/2/at'])
})

test('passwords of suspects come over loopback, unix sockets and TLS, unless the file says otherwise', async (t) => {
  const allowFrom = ['10.0.0.5']
  const rows: readonly (readonly [ListenerFile, string])[] = [
    [{ at: '127.0.0.1:1' }, 'accept'],
    [{ at: 'unix:/run/x' }, 'accept'],
    [{ ...open, tls, allowFrom }, 'accept'],
    [{ ...open, allowFrom }, 'refuse'],
    [{ ...open, tokensFile: '/t' }, 'refuse'],
    [{ ...open, allowFrom, requestCredentials: 'ignore' }, 'ignore'],
    [{ ...open, allowFrom, requestCredentials: 'accept' }, 'accept'],
    [{ at: '127.0.0.1:1', requestCredentials: 'refuse' }, 'refuse'],
  ]
  for (const [file, requestCredentials] of rows) {
    t.match(parseListeners([file]), { listeners: [{ requestCredentials }] }, JSON.stringify(file))
  }
})

test('a listener keeps what it demands', async (t) => {
  const file = { ...open, allowFrom: ['10.0.0.5'], tokensFile: '/t', tls: { ...tls, clientCaFile } }
  t.strictSame(parseListeners([file]), {
    kind: 'parsed',
    listeners: [
      {
        at: { kind: 'tcp', host: '0.0.0.0', port: 1 },
        allowFrom: ['10.0.0.5'],
        requestCredentials: 'accept',
        tls: { ...tls, clientCaFile, clientNames: [] },
        tokensFile: '/t',
      },
    ],
  })
})

test('a listener for monitoring says so, and has to be guarded like any other', async (t) => {
  const parsed = parseListeners([{ ...open, allowFrom: ['10.0.0.9'], serves: 'monitoring' }])
  t.match(parsed, { kind: 'parsed', listeners: [{ serves: 'monitoring' }] })
  t.same(faultsOf({ ...open, serves: 'monitoring' }), ['/http/listeners/0'])
  const usual = parseListeners([{ at: '127.0.0.1:1' }])
  t.notOk(JSON.stringify(usual).includes('serves'))
})
