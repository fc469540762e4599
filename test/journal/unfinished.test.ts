import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { readUnfinished } from '../../agent/journal/unfinished.ts'
import { intentLine, interruptedLine, outcomeLine } from '../../agent/journal/records.ts'
import { fenceRecord, fenceRequest } from '../fixtures/values/fence-records.ts'

const intent = (fenceId: string): string => intentLine(fenceRequest({}, { fenceId }), 'then')
const outcome = (fenceId: string): string =>
  outcomeLine(fenceRecord({ request: fenceRequest({}, { fenceId }) }), 'now')
const ids = async (file: string, bytesMax?: number) =>
  (await readUnfinished(file, 'b', bytesMax)).intents.map(({ fenceId }) => fenceId)

test('no journal, nothing unfinished', async (t) => {
  const directory = t.testdir({})
  t.same(await ids(join(directory, 'none')), [])
  await t.rejects(ids(directory), { code: 'EISDIR' })
  await t.rejects(ids(join(directory, 'x'.repeat(300))), { code: 'ENAMETOOLONG' })
})

test('an intent without an outcome is unfinished, in whatever order they end', async (t) => {
  const file = join(t.testdir({}), 'j')
  const lines = [intent('a'), intent('b'), intent('c'), outcome('b'), intent('d'), outcome('a')]
  writeFileSync(file, lines.join(''))
  t.same(await ids(file), ['c', 'd'])
  const [first] = (await readUnfinished(file, 'b')).intents
  if (first === undefined) throw new Error('none')
  appendFileSync(file, interruptedLine(first, 'now'))
  t.same(await ids(file), ['d'], 'and an interruption finishes it')
})

test('torn lines and other records are passed over', async (t) => {
  const file = join(t.testdir({}), 'j')
  const torn = intent('b').slice(0, 40)
  const others = ['null', '7', '{"type":"intent"}', '{"type":"note","fenceId":"n"}', '']
  writeFileSync(file, [intent('a'), `${torn}\n`, `${others.join('\n')}\n`, torn].join(''))
  t.same(await ids(file), ['a'])
})

test('only the end of a long journal is read', async (t) => {
  const file = join(t.testdir({}), 'j')
  writeFileSync(file, [intent('old'), intent('a'), outcome('a'), intent('b')].join(''))
  const tail = Buffer.byteLength([intent('a'), outcome('a'), intent('b')].join('')) + 5
  t.same(await ids(file, tail), ['b'])
})
