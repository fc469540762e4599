import { readFile } from 'node:fs/promises'
import { Secret } from '../domain/secret.ts'

/** The agent's own private keys. Rejects where one cannot be read, naming the file. */
export const readIdentityKeys = async (files: readonly string[]): Promise<readonly Secret[]> =>
  await Promise.all(files.map(async (file) => new Secret(await readFile(file, 'utf8'))))
