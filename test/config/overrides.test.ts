import { test } from 'tap'
import { defaultConfigFile, parseInvocation, usage } from '../../agent/config/overrides.ts'

test('what to do, with which file', async (t) => {
  const rows: readonly (readonly [string, readonly string[], object, object])[] = [
    ['serve alone', ['serve'], {}, { kind: 'serve', configFile: defaultConfigFile, overrides: {} }],
    ['a file', ['serve', '--config', '/c'], {}, { kind: 'serve', configFile: '/c', overrides: {} }],
    [
      'a flag before the word',
      ['--config=/c', 'serve'],
      {},
      { kind: 'serve', configFile: '/c', overrides: {} },
    ],
    [
      'the environment',
      ['serve'],
      { PEERFENCE_CONFIG: '/e', PEERFENCE_LISTEN: 'l', PEERFENCE_LOG_LEVEL: 'v' },
      { kind: 'serve', configFile: '/e', overrides: { listen: 'l', logLevel: 'v' } },
    ],
    [
      'a flag over the environment',
      ['serve', '--config', '/c', '--listen', 'x', '--log-level', 'y'],
      { PEERFENCE_CONFIG: '/e', PEERFENCE_LISTEN: 'l', PEERFENCE_LOG_LEVEL: 'v' },
      { kind: 'serve', configFile: '/c', overrides: { listen: 'x', logLevel: 'y' } },
    ],
    [
      'empty variables',
      ['serve'],
      { PEERFENCE_CONFIG: '', PEERFENCE_LISTEN: '', PEERFENCE_LOG_LEVEL: '' },
      { kind: 'serve', configFile: defaultConfigFile, overrides: {} },
    ],
    [
      'a check',
      ['config', 'check'],
      {},
      { kind: 'config-check', configFile: defaultConfigFile, overrides: {} },
    ],
    ['help', ['serve', '--help'], {}, { kind: 'help' }],
    ['version', ['--version'], {}, { kind: 'version' }],
  ]
  for (const [title, args, env, expected] of rows) {
    t.strictSame(parseInvocation(args, env as Record<string, string>), expected, title)
  }
})

test('wrong usage is told clearly', async (t) => {
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /subcommand is missing/],
    [['run'], /no such subcommand: run/],
    [['serve', 'now'], /no such subcommand: serve now/],
    [['config'], /no such subcommand: config/],
    [['serve', '--port', '1'], /--port/],
    [['serve', '-x'], /-x/],
    [['serve', '--config'], /--config/],
    [['serve', '--help=yes'], /--help/],
  ]
  for (const [args, message] of rows) {
    t.match(parseInvocation(args, {}), { kind: 'misused', message }, args.join(' '))
  }
})

test('the usage names every flag and variable', async (t) => {
  for (const word of [
    '--config',
    '--listen',
    '--log-level',
    '--help',
    '--version',
    'PEERFENCE_CONFIG',
    'PEERFENCE_LISTEN',
    'PEERFENCE_LOG_LEVEL',
  ]) {
    t.match(usage, word)
  }
})
