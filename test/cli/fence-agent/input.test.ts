import { test } from 'tap'
import { parseInput } from '../../../agent/cli/fence-agent/input.ts'

const read = (text: string) => {
  const input = parseInput(text)
  if (input.kind !== 'given') throw new Error(input.message)
  return input
}

test('lines of key=value, as fence-agents read them', async (t) => {
  const { args, ignored } = read(
    '# a comment\n\n  action=off\r\nport = x\nvm-map="a:1;b:2"\nunreachable_is_off=Yes\nverbose\nkey=\nipaddr=10.0.0.7',
  )
  t.equal(args.text('action'), 'off')
  t.equal(args.text('plug'), ' x', 'a value is taken as it is')
  t.equal(args.text('vm-map'), 'a:1;b:2')
  t.equal(args.text('ip'), '10.0.0.7', 'by its obsolete name')
  t.ok(args.isSet('unreachable-is-off'))
  t.notOk(args.isSet('verbose'), 'a boolean without a value is not set')
  t.notOk(args.isSet('key'), 'nor is what is empty')
  t.equal(args.text('key'), undefined)
  t.same(ignored, [])
})

test('a value may hold an equals sign', async (t) => {
  t.equal(read('via=unix:/a=b').args.text('via'), 'unix:/a=b')
})

test('what is not ours is named and its value is not', async (t) => {
  const { args, ignored } = read('passwd=hunter2\ncrm_feature_set=3\nhunter2\n=hunter2')
  t.same(ignored, ['passwd', 'crm_feature_set', 'a line without a name', 'a line without a name'])
  t.notOk(args.isSet('passwd'))
})

test('what is said twice is refused where it differs', async (t) => {
  t.match(parseInput('plug=a\nport=b'), { kind: 'misused', message: /^plug is given twice/ })
  t.equal(read('plug=a\nport=a').args.text('plug'), 'a', 'as fencers say both')
})

test('an opt-in needs a clear word', async (t) => {
  for (const word of ['1', 'on', 'TRUE', 'yes'])
    t.ok(read(`unreachable_is_off=${word}`).args.isSet('unreachable-is-off'), word)
  for (const word of ['0', 'off', 'False', 'no', ''])
    t.notOk(read(`unreachable_is_off=${word}`).args.isSet('unreachable-is-off'), word)
  for (const word of ['2', 'ye', 'maybe'])
    t.match(parseInput(`unreachable_is_off=${word}`), { kind: 'misused', message: /1 or 0/ })
})
