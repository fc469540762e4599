import { test } from 'tap'
import { trustOf } from '../../../agent/cli/trust/trust-options.ts'
import { args } from '../../fixtures/worlds/command-line.ts'

const fingerprint = `SHA256:${'a'.repeat(43)}`
const target = { host: 'kvm-1', port: 22 }
const wish = { fingerprint: undefined, isBlind: false, mayReplace: false }

type Row = readonly [string, Readonly<Record<string, string | true>>, readonly string[], object]

test('one of four ways', async (t) => {
  const rows: readonly Row[] = [
    ['a host', {}, ['kvm-1'], { kind: 'host', target, wish, isJson: false }],
    [
      'a port',
      { port: '2222' },
      ['kvm-1'],
      { kind: 'host', target: { host: 'kvm-1', port: 2222 } },
    ],
    [
      'blind',
      { yes: true, json: true },
      ['kvm-1'],
      { kind: 'host', wish: { ...wish, isBlind: true }, isJson: true },
    ],
    [
      'by fingerprint',
      { fingerprint, replace: true },
      ['kvm-1'],
      { kind: 'host', wish: { ...wish, fingerprint, mayReplace: true } },
    ],
    [
      'an import',
      { import: '-', 'dry-run': true },
      [],
      { kind: 'import', file: '-', mayReplace: false, isDryRun: true },
    ],
    ['a list', { list: true }, [], { kind: 'list', target: undefined, isJson: false }],
    [
      'a list of one',
      { list: true, json: true },
      ['kvm-1'],
      { kind: 'list', target, isJson: true },
    ],
    ['a removal', { remove: true, port: '22' }, ['kvm-1'], { kind: 'remove', target }],
  ]
  for (const [title, options, operands, expected] of rows) {
    t.match(trustOf(args(options, ...operands)), expected, title)
  }
})

test('what does not fit together is wrong usage', async (t) => {
  const rows: readonly (readonly [
    RegExp,
    Readonly<Record<string, string | true>>,
    readonly string[],
  ])[] = [
    [/HOST is missing/, {}, []],
    [/HOST is missing/, { remove: true }, []],
    [/no such host or port/, {}, ['kvm-1:x']],
    [/exclude each other/, { list: true, remove: true }, ['kvm-1']],
    [/--yes does not belong to --list/, { list: true, yes: true }, []],
    [/--dry-run does not belong to HOST/, { 'dry-run': true }, ['kvm-1']],
    [/--json does not belong to --import/, { import: 'f', json: true }, []],
    [/--import takes no HOST/, { import: 'f' }, ['kvm-1']],
    [/--port without HOST/, { list: true, port: '1' }, []],
    [/exclude each other/, { fingerprint, yes: true }, ['kvm-1']],
    [/has to be SHA256/, { fingerprint: 'MD5:00' }, ['kvm-1']],
  ]
  for (const [message, options, operands] of rows) {
    t.match(trustOf(args(options, ...operands)), { kind: 'misused', message })
  }
})
