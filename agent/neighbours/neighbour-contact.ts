/** Whether the evidence of a refusal shows that the suspect answered. Pure. */

export type Fields = Readonly<Record<string, unknown>>

/**
 * Every doubt counts as contact: it forbids to call the suspect silent, and nothing else. Contact
 * is ruled out only by a reason about the other agent itself or about its silence, beside evidence
 * without any sign of life.
 */
export const hasContact = (reason: string, evidence: Fields): boolean =>
  !withoutContact.has(reason) || !isQuiet(evidence)

const withoutContact: ReadonlySet<string> = new Set([
  'silence-not-proven',
  'own-filter',
  'routed-silence',
  'never-met',
  'silence-too-short',
  'peer-isolated',
  'name-not-resolved',
  'own-network-trouble',
  'credentials-unusable',
  'journal-failed',
  'deadline-passed',
  'shutting-down',
  'called-off',
  'internal-error',
])

const isQuiet = (evidence: Fields): boolean => {
  switch (evidence['kind']) {
    case 'silence':
      return (
        evidence['contactBefore'] === false &&
        evidence['heardBy'] === undefined &&
        listOf(evidence['addresses']).every(isQuietAddress)
      )
    case 'own-trouble':
    case 'out-of-time':
      return isQuietContact(fieldsOf(evidence['contact']))
    default:
      return false
  }
}

const quietWords: readonly unknown[] = [
  'silent',
  'no-neighbour',
  'unresolved',
  'off-link',
  'own-trouble',
  'not-run',
]

const isQuietAddress = (value: unknown): boolean => {
  const { tcp, echo, neighbour } = fieldsOf(value)
  return [tcp, echo, neighbour].every((word) => quietWords.includes(word))
}

const quietPhases: readonly unknown[] = ['queue', 'resolve', 'connect']

const isQuietContact = ({ address, phases, earlier }: Fields): boolean =>
  address === '' &&
  listOf(phases).every((one) => quietPhases.includes(fieldsOf(one)['phase'])) &&
  listOf(earlier).every((one) => withoutContact.has(String(fieldsOf(one)['because'])))

/** What is no list is one of a thing that nobody knows. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [undefined])

/** None of what is no object. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {}
