import { test } from 'tap'
import { subcommands } from '../../agent/cli/subcommands.ts'
import { helpOf, usageOf } from '../../agent/cli/usage.ts'

test('the usage shows every way to call', async (t) => {
  const usage = usageOf(subcommands)
  t.match(usage, /^usage: peerfence serve \[--config FILE\]/)
  for (const { name, synopsis } of subcommands) {
    for (const one of synopsis) t.ok(usage.includes(`peerfence ${name} ${one}`), name)
  }
})

test('the help of a subcommand names its options, its variables and its exit codes', async (t) => {
  for (const subcommand of subcommands) {
    const help = helpOf(subcommand)
    for (const option of Object.keys(subcommand.options)) t.ok(help.includes(`  --${option}`), help)
    for (const { short } of Object.values(subcommand.options))
      if (short !== undefined) t.ok(help.includes(`, -${short} `), help)
    t.match(help, /exit codes: (0|10|13) /, subcommand.name)
    if (Object.hasOwn(subcommand.options, 'config')) t.match(help, 'PEERFENCE_CONFIG')
    for (const line of help.split('\n')) t.ok(line.length <= 120, line)
  }
})
