import { readFile } from 'node:fs/promises'

const bootIdFile = '/proc/sys/kernel/random/boot_id'

/**
 * Tells one run of this machine from the next: across a boot the wall clock alone says how old
 * something is, and after a boot that clock may be anything. Empty where it cannot be read.
 */
export const readBootId = async (file = bootIdFile): Promise<string> =>
  await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => '',
  )
