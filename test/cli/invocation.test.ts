import { test } from 'tap'
import { parseInvocation } from '../../agent/cli/invocation.ts'
import { subcommands } from '../../agent/cli/subcommands.ts'

const run = (args: readonly string[]) => {
  const invocation = parseInvocation(args, subcommands)
  if (invocation.kind !== 'run') throw new Error(`${args.join(' ')}: ${JSON.stringify(invocation)}`)
  return invocation
}

test('what to do, with what', async (t) => {
  const rows: readonly (readonly [readonly string[], string, string | undefined])[] = [
    [['serve'], 'serve', undefined],
    [['serve', '--config', '/c'], 'serve', '/c'],
    [['--config=/c', 'serve'], 'serve', '/c'],
    [['config', 'check'], 'config check', undefined],
    [['config', '--config', '/c', 'check'], 'config check', '/c'],
  ]
  for (const [argv, name, file] of rows) {
    const { subcommand, args } = run(argv)
    t.equal(subcommand.name, name, argv.join(' '))
    t.equal(args.text('config'), file, argv.join(' '))
    t.equal(args.isSet('config'), file !== undefined)
    t.strictSame(args.operands, [])
  }
})

test('help of all, help of one, version', async (t) => {
  t.strictSame(parseInvocation(['--help'], subcommands), { kind: 'help', of: undefined })
  t.match(parseInvocation(['serve', '--help'], subcommands), {
    kind: 'help',
    of: { name: 'serve' },
  })
  t.strictSame(parseInvocation(['--version'], subcommands), { kind: 'version' })
})

test('help and version beside anything that could be done are wrong usage', async (t) => {
  for (const option of ['--help', '--version']) {
    const rows = [
      ['fence', 'VM', 'HOST', option],
      [option, 'fence', 'VM', 'HOST'],
      ['fence', '--stand-alone', option],
      ['fence', '--', 'VM', 'HOST'].toSpliced(1, 0, option),
      ['fence-agent', '-o', 'off', '-a', 'HOST', '-n', 'VM', option],
      ['status', 'VM', option],
      ['trust', 'HOST', '--yes', option],
      ['serve', '--config', '/c', option],
      ['bogus', option],
      ['--help', '--version'],
    ]
    for (const args of rows) {
      const message = / has to stand alone$/
      t.match(parseInvocation(args, subcommands), { kind: 'misused', message }, args.join(' '))
    }
  }
  t.strictSame(parseInvocation(['fence', '--version'], subcommands), { kind: 'version' })
})

test('wrong usage is told clearly', async (t) => {
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /subcommand is missing/],
    [['run'], /no such subcommand: run/],
    [['serve', 'now'], /serve: unexpected argument: now/],
    [['config'], /no such subcommand: config/],
    [['serve', '--bogus', '1'], /--bogus/],
    [['serve', '-x'], /-x/],
    [['serve', '--config'], /--config/],
    [['serve', '--help=yes'], /--help/],
  ]
  for (const [args, message] of rows) {
    t.match(parseInvocation(args, subcommands), { kind: 'misused', message }, args.join(' '))
  }
})

test('an option of another subcommand is refused, not ignored', async (t) => {
  const options = { loud: { type: 'boolean', help: '' } } as const
  const [serve] = subcommands
  if (serve === undefined) throw new Error('no subcommand')
  const invocation = parseInvocation(['serve', '--loud'], [serve, { ...serve, name: 'x', options }])
  t.match(invocation, { kind: 'misused', message: 'serve has no option --loud' })
})

test('a letter stands for one option of all subcommands', async (t) => {
  t.equal(run(['fence-agent', '-o', 'off', '-nx']).args.text('plug'), 'x')
  t.match(parseInvocation(['serve', '-o', 'x'], subcommands), {
    kind: 'misused',
    message: 'serve has no option --action',
  })
  const letters = new Map<string, string>()
  for (const { options } of subcommands) {
    for (const [option, { short }] of Object.entries(options)) {
      if (short === undefined) continue
      t.equal(letters.get(short) ?? option, option)
      letters.set(short, option)
    }
  }
})

test('one name has one type in all subcommands', async (t) => {
  const types = new Map<string, string>()
  for (const { name, options } of subcommands) {
    for (const [option, { type }] of Object.entries(options)) {
      t.equal(types.get(option) ?? type, type, `${name} --${option}`)
      types.set(option, type)
    }
  }
})
