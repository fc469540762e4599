import { X509Certificate } from 'node:crypto'
import { test } from 'tap'
import { clientName } from '../../../agent/http/admit/client-name.ts'
import { createAuthority } from '../../fixtures/values/certificates.ts'

test('the names of a certificate', async (t) => {
  const authority = createAuthority()
  t.teardown(authority.remove)
  const named = (...of: Parameters<typeof authority.issue>): X509Certificate =>
    new X509Certificate(authority.issue(...of).cert)
  const rows: readonly (readonly [string, X509Certificate, string[], string | undefined])[] = [
    ['its common name', named('mn-1'), ['mn-2', 'mn-1'], 'mn-1'],
    ['in upper case', named('MN-1'), ['mn-1'], 'mn-1'],
    ['a DNS name', named('x', ['mn.example']), ['mn.example'], 'mn.example'],
    ['the common name beside a DNS name', named('mn-1', ['mn.example']), ['mn-1'], 'mn-1'],
    ['a part of a name', named('mn-10', ['mn-1.example']), ['mn-1', 'example'], undefined],
    ['a wildcard certificate', named('x', ['*.site.example']), ['mn.site.example'], undefined],
    ['a wildcard in the list', named('mn-1'), ['*', 'mn-*'], undefined],
    ['any certificate', named('any name at all'), [], 'CN=any name at all'],
  ]
  for (const [title, certificate, allowed, name] of rows) {
    t.equal(clientName(certificate, allowed), name, title)
  }
})
