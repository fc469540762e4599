/** What the request to the program and its report agree on. */

/**
 * Which program we understand: it is asked for in the request, and the report says which one spoke.
 */
export const protocolVersion = 4

/**
 * `look` changes nothing on the suspect, and its report proves no death. `drill` fences a canary
 * that the program starts itself, and has libvirt show that it obeys the hook. `unfence` looks, and
 * lifts the VM's quarantine.
 */
export type ProgramAction = 'fence' | 'look' | 'drill' | 'unfence'
