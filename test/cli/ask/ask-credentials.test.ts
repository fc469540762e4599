import { join } from 'node:path'
import { test } from 'tap'
import { readPeerCredentials } from '../../../agent/cli/ask/ask-credentials.ts'
import { args } from '../../fixtures/worlds/command-line.ts'

test('every credential comes from its file, the token without the end of its line', async (t) => {
  const folder = t.testdir({
    token: 'pf-1\n',
    ca: 'CA\n',
    cert: 'CERT\n',
    key: 'KEY\n',
    two: 'a\nb\n',
    none: '',
  })
  const at = (name: string) => join(folder, name)
  const all = { 'token-file': at('token'), ca: at('ca'), cert: at('cert'), key: at('key') }
  t.strictSame(await readPeerCredentials(args(all)), {
    kind: 'read',
    credentials: { token: 'pf-1', ca: 'CA\n', certificate: 'CERT\n', key: 'KEY\n' },
  })
  t.strictSame(await readPeerCredentials(args({})), { kind: 'read', credentials: {} })
  t.match(await readPeerCredentials(args({ cert: at('cert') })), { kind: 'misused' })
  t.match(await readPeerCredentials(args({ ca: at('gone') })), {
    kind: 'unreadable',
    file: at('gone'),
  })
  for (const name of ['two', 'none']) {
    t.match(await readPeerCredentials(args({ 'token-file': at(name) })), { kind: 'misused' }, name)
  }
})
