/**
 * Files that a setting names. What cannot be used is said with the setting, the file and the rule
 * that is broken, never with its content.
 */
import { readFile } from 'node:fs/promises'
import { readSecretFile } from './secret-file.ts'
import type { Owner } from './secret-file.ts'

/** Rejects where it cannot be read. */
export const readNamed = async (setting: string, file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = String(Reflect.get(Object(error), 'code'))
    throw new Error(`${setting}: ${file} cannot be read (${code})`, { cause: error })
  }
}

/** Rejects also where others may read or write it. */
export const readNamedSecret = async (
  setting: string,
  file: string,
  owner: Owner,
): Promise<string> => {
  const found = await readSecretFile(file, owner)
  if (found.kind === 'read') return found.secret.reveal()
  throw new Error(`${setting}: ${file} ${found.rule}`)
}
