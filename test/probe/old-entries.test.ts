import { test } from 'tap'
import { createOldEntries } from '../../agent/probe/old-entries.ts'
import type { ProbeAddress } from '../../agent/probe/address.ts'
import type { Look } from '../../agent/probe/ask.ts'
import type { ToolEnd } from '../../agent/probe/run-tool.ts'
import { realClock } from '../../agent/real-clock.ts'

const suspect: ProbeAddress = { family: 'ipv4', plain: '10.0.0.2', zone: '' }
const other: ProbeAddress = { ...suspect, plain: '10.0.0.3' }
const says = (stdout: string, code = 0): ToolEnd => ({ kind: 'exited', code, stdout, stderr: '' })

/** A kernel with one stale entry, until it is taken away; `onRemoval` happens while that runs. */
const kernel = ({ mayRemove = true, onRemoval = () => {} } = {}) => {
  const oldEntries = createOldEntries()
  let isThere = true
  const removals: string[] = []
  const look: Look = {
    clock: realClock,
    signal: new AbortController().signal,
    sinceMs: 0,
    oldEntries,
    run: async (_tool, args) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (args.includes('del')) {
        onRemoval()
        removals.push(args.join(' '))
        isThere &&= !mayRemove
        return says('', mayRemove ? 0 : 2)
      }
      const entry = '[{"dst":"10.0.0.2","confirmed":9,"updated":9,"state":["STALE"]}]'
      return says(isThere ? entry : '[]')
    },
  }
  const remove = async () => await oldEntries.remove(look, suspect, 'v0')
  return { oldEntries, remove, removals }
}

test('of many fences that find the same entry one takes it away', async (t) => {
  const { remove, removals } = kernel()
  t.same(await Promise.all([remove(), remove(), remove()]), ['removed', 'removed', 'removed'])
  t.equal(await remove(), 'gone', 'and one that comes later leaves what the kernel does since')
  t.same(removals, ['-j neigh del to 10.0.0.2 dev v0'])
})

test('every round at that address is void, and no other', async (t) => {
  let during: { readonly isVoid: () => boolean } | undefined
  const { oldEntries, remove } = kernel({
    onRemoval: () => {
      during = oldEntries.beginRound(suspect, 'v0')
    },
  })
  const before = oldEntries.beginRound(suspect, 'v0')
  const ended = oldEntries.beginRound(suspect, 'v0')
  ended.end()
  const elsewhere = [oldEntries.beginRound(other, 'v0'), oldEntries.beginRound(suspect, 'v1')]
  t.notOk(before.isVoid())
  await remove()
  t.ok(before.isVoid(), 'one that had begun')
  t.ok(during?.isVoid(), 'one that began while the entry was taken away')
  t.notOk(oldEntries.beginRound(suspect, 'v0').isVoid(), 'not one that began after it')
  t.notOk(ended.isVoid())
  t.same(
    elsewhere.map((round) => round.isVoid()),
    [false, false],
  )
})

test('what may not be taken away is kept', async (t) => {
  const { remove } = kernel({ mayRemove: false })
  t.equal(await remove(), 'kept')
})
