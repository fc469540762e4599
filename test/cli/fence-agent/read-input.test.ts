import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { readInput } from '../../../agent/cli/fence-agent/read-input.ts'

const stream = (...chunks: readonly string[]): PassThrough => {
  const made = new PassThrough()
  for (const chunk of chunks) made.write(chunk)
  return made
}

test('all of it, and nothing of what is not whole', async (t) => {
  // Standard input holds a process while it is open; this stream does not.
  const held = setInterval(() => undefined, 1000)
  t.teardown(() => {
    clearInterval(held)
  })
  t.equal(await readInput(stream('a=1\n', 'b=2').end()), 'a=1\nb=2')
  t.equal(await readInput(stream().end()), '')
  const stalled = stream('action=off\n')
  t.equal(await readInput(stalled, 20), undefined, 'it does not end')
  t.ok(stalled.destroyed)
  t.equal(await readInput(stream('x'.repeat(65_537)).end()), undefined, 'it is too long')
  const broken = stream('action=off\n')
  broken.destroy(new Error('read failed'))
  t.equal(await readInput(broken), undefined, 'it breaks off')
})
