import { configSchema } from '../../config/schema.ts'
import { exitCodes } from '../exit-code.ts'
import type { Subcommand } from '../subcommand.ts'

export const configSchemaSubcommand: Subcommand = {
  name: 'config schema',
  synopsis: [''],
  operandsMax: 0,
  options: {},
  about: `Prints the JSON Schema of the configuration, with unit (x-unit) and cost (x-cost) of every setting. An editor
completes and checks the configuration where the file says where it lies: "$schema": "./peerfence.schema.json".
exit codes: 0 printed, 64 wrong usage`,
  run: async (_args, terminal) => {
    const { properties, ...rest } = configSchema
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'peerfence.json',
      ...rest,
      properties: { $schema: { type: 'string', description: 'For editors.' }, ...properties },
    }
    terminal.out(`${JSON.stringify(schema, undefined, 2)}\n`)
    return await Promise.resolve(exitCodes.done)
  },
}
