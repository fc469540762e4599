import { test } from 'tap'
import { parseConfigText } from '../../agent/config/config-text.ts'

const valueOf = (text: string): unknown => {
  const { value, faults } = parseConfigText(text)
  if (faults.length > 0) throw new Error(JSON.stringify(faults))
  return value
}

test('what is JSON has the value that JSON gives it', async (t) => {
  const texts = [
    '{}',
    '[]',
    '{"a":[1,-2.5e3,true,false,null,"x"],"b":{"c":{}}}',
    '\t{\n\t"a"\t:\r\n[ ]\n}\n',
    String.raw`{"\u00e9\ud83d\ude00\/":"\"\\\b\f\n\r\t"}`,
    '{"<<":{"a":1},"__proto__":{"b":2}}',
    '{"a":"# no comment","b":"// none","c":"a: b, [c]"}',
  ]
  for (const text of texts) t.strictSame(valueOf(text), JSON.parse(text), text)
})

test('comments and a comma behind the last entry are read over', async (t) => {
  const text = '# why\n{ # and\n  "a": [1, 2,], # here "a": 3\n  # "b": 1,\n  "c": "#",\n}\n# end'
  t.strictSame(valueOf(text), { a: [1, 2], c: '#' })
})

test('a property that stands there twice is a fault at its second place, wherever it is', async (t) => {
  const rows = [
    ['{"a":1,\n  "a":2}', 2, 3],
    ['{"a":{"b":1, "c":2, "b":1}}', 1, 21],
    ['{"ssh":{"x":1},\n"http":{},\n"ssh":{"y":2}}', 3, 1],
    // One spelling or another: the same property.
    [String.raw`{"ab":1,"a\u0062":2}`, 1, 9],
  ] as const
  for (const [text, line, column] of rows) {
    const { faults } = parseConfigText(text)
    t.match(faults, [{ place: { line, column }, rule: /twice/ }], text)
    t.equal(faults.length, 1)
  }
})

test('what is not of JSON is a fault, with its place and without its text', async (t) => {
  const rows = [
    ['{"a": planted}', 1, 7],
    ['{"a": "planted" "b"}', 1, 17],
    ['{\n"a":', 2, 5],
    ["{'planted': 1}", 1, 2],
    ['{planted: 1}', 1, 2],
    ['"planted": 1', 1, 10],
    ['planted: 1', 1, 1],
    ['- "planted"', 1, 1],
    ['{"a": &planted 1}', 1, 7],
    ['{"a": *planted}', 1, 7],
    ['{"a": !planted 1}', 1, 7],
    ['{"a": |\n planted}', 1, 7],
    ['{"a": >\n planted}', 1, 7],
    ['{? "planted": 1}', 1, 2],
    ['--- {"planted": 1}', 1, 1],
    ['{"planted": 1}\n---\n{}', 2, 1],
    ['%YAML 1.1\n---\n{}', 1, 1],
    ['{"planted": yes}', 1, 13],
    ['{"planted": 0x10}', 1, 13],
    ['{"planted": .inf}', 1, 13],
    ['{"a": "planted\nplanted"}', 1, 7],
    ['{"a": 1} // planted', 1, 10],
    ['{"a": 1}}', 1, 9],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nplanted\n', 1, 1],
  ] as const
  for (const [text, line, column] of rows) {
    const { value, faults } = parseConfigText(text)
    t.equal(value, undefined, text)
    t.match(faults[0], { place: { line, column } }, `${text}: ${JSON.stringify(faults)}`)
    t.notMatch(JSON.stringify(faults), /planted/, text)
  }
})

test('an empty file holds nothing, which is a fault', async (t) => {
  for (const text of ['', '\n', '# nothing\n']) {
    t.match(parseConfigText(text), { value: undefined, faults: [{ rule: 'it holds nothing' }] })
  }
})

test('nesting is bounded, whatever it is made of', async (t) => {
  for (const text of ['['.repeat(200_000), '{"a":'.repeat(40_000), '['.repeat(17)]) {
    t.match(parseConfigText(text), { value: undefined, faults: [{ rule: /more than 16 deep/ }] })
  }
  t.ok(valueOf(`${'['.repeat(16)}${']'.repeat(16)}`))
  t.match(parseConfigText('- '.repeat(100_000)), { value: undefined, faults: [{}] })
})

test('each value has its place', async (t) => {
  const { placeOf } = parseConfigText('{\n  "a": {\n    "b": [1,\n      {"c": 2}] },\n  "d": 3 }')
  t.strictSame(placeOf(''), { line: 1, column: 1 })
  t.strictSame(placeOf('/a/b'), { line: 3, column: 10 })
  t.strictSame(placeOf('/a/b/1/c'), { line: 4, column: 13 })
  t.strictSame(placeOf('/d'), { line: 5, column: 8 })
  for (const path of ['/x', '/a/x', '/d/x', '/a/b/2']) t.equal(placeOf(path), undefined, path)
  t.ok(parseConfigText('x').placeOf('/a'))
})
