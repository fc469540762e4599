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
  t.strictSame(parseInvocation(['version'], subcommands), { kind: 'version' })
  for (const argv of [['-h'], ['help']]) {
    t.strictSame(parseInvocation(argv, subcommands), { kind: 'help', of: undefined })
  }
  for (const argv of [
    ['fence', '-h'],
    ['help', 'fence'],
  ]) {
    t.match(parseInvocation(argv, subcommands), { kind: 'help', of: { name: 'fence' } })
  }
  t.match(parseInvocation(['help', 'config', 'show'], subcommands), { of: { name: 'config show' } })
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
    [['run'], /^no such subcommand: run$/],
    [['fense', 'x', 'y'], /^no such subcommand: fense x y; did you mean fence\?$/],
    [['config', 'shwo'], /^config needs one of: check, show, schema; did you mean config show\?$/],
    [['help', 'docter'], /^no such subcommand: docter; did you mean doctor\?$/],
    [['help', 'fence', 'VM', 'HOST'], /^no such subcommand: fence VM HOST$/],
    [['fence', '--explian'], /^fence has no option --explian; did you mean --explain\?$/],
    [
      ['fence', '--socket', '/s', '--explain', 'V', 'H', '-p', 'planted'],
      /^fence has no option -p$/,
    ],
    [['-p', 'planted'], /^no such option: -p$/],
    [['-h', 'fence', 'VM', 'HOST'], /stand alone/],
    [['serve', 'now'], /serve: unexpected argument: now/],
    [['config'], /^config needs one of: check, show, schema$/],
    [['serve', '--bogus', '1'], /--bogus/],
    [['serve', '-x'], /-x/],
    [['serve', '--config'], /^--config needs a value behind it$/],
    [['serve', '--help=yes'], /--help/],
  ]
  for (const [args, message] of rows) {
    t.match(parseInvocation(args, subcommands), { kind: 'misused', message }, args.join(' '))
    t.notMatch(JSON.stringify(parseInvocation(args, subcommands)), 'planted')
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
