/** Which of the names that may ask a client certificate bears. */
import type { X509Certificate } from 'node:crypto'

/**
 * The first allowed name that is the certificate's common name or one of its DNS names, without
 * wildcards; with no names allowed in particular, its subject. Undefined where it bears none of
 * them.
 */
export const clientName = (
  certificate: X509Certificate,
  allowed: readonly string[],
): string | undefined => {
  if (allowed.length === 0) return oneLine(certificate.subject)
  return allowed.find(
    (name) => certificate.checkHost(name, { subject: 'always', wildcards: false }) !== undefined,
  )
}

const nameLengthMax = 128

/** A subject is what its authority let its owner write. */
const oneLine = (subject: string): string =>
  subject.replaceAll(/[^ -~]+/g, ' ').slice(0, nameLengthMax)
