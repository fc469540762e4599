import { test } from 'tap'
import { parseLine, words } from '../../../agent/suspect/report/report-line.ts'

test('a line hands out what its grammar has', async (t) => {
  const line = parseLine('3 view processes=all pidns=initial privilege=root'.split(' '), 3)
  t.equal(line?.kind, 'view')
  t.equal(line?.word('privilege', words.privilege), 'root')
  t.equal(parseLine('3 end lines=7'.split(' '), 3)?.count('lines'), 7)
})

test('another number in the sequence is another line', async (t) => {
  t.equal(parseLine('4 end lines=7'.split(' '), 3), undefined)
  t.equal(parseLine('03 end lines=7'.split(' '), 3), undefined)
  t.equal(parseLine([], 1), undefined)
})

test('a line has exactly its keys, in their order', async (t) => {
  t.equal(parseLine('1 end'.split(' '), 1), undefined)
  t.equal(parseLine('1 end lines=7 lines=7'.split(' '), 1), undefined)
  t.equal(parseLine('1 end lines=7 more=1'.split(' '), 1), undefined)
  t.equal(parseLine('1 view pidns=initial processes=all privilege=root'.split(' '), 1), undefined)
})

test('asking for what the grammar does not have is a slip, not a value', async (t) => {
  const line = parseLine('1 end lines=7'.split(' '), 1)
  t.throws(() => line?.text('verdict'), /has no such verdict/)
  t.throws(() => line?.word('lines', words.end), /has no such lines/)
})
