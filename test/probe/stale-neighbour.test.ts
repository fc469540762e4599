import { test } from 'tap'
import { createOldEntries } from '../../agent/probe/stale-neighbour.ts'
import type { ProbeAddress } from '../../agent/probe/address.ts'
import type { ProbeRun } from '../../agent/probe/probe-run.ts'
import type { ToolEnd } from '../../agent/probe/run-tool.ts'
import { realClock } from '../../agent/base/time/real-clock.ts'

const suspect: ProbeAddress = { family: 'ipv4', plain: '10.0.0.2', zone: '' }
const other: ProbeAddress = { ...suspect, plain: '10.0.0.3' }
const says = (stdout: string, code = 0): ToolEnd => ({ kind: 'exited', code, stdout, stderr: '' })

/** A kernel with one stale entry, until it is taken away; `onRemoval` happens while that runs. */
const kernel = ({ mayRemove = true, isReadable = true, onRemoval = () => {} } = {}) => {
  const oldEntries = createOldEntries()
  let isThere = true
  const removals: string[] = []
  const look: ProbeRun = {
    clock: realClock,
    signal: new AbortController().signal,
    sinceMs: 0,
    oldEntries,
    knock: async () => await Promise.resolve(false),
    run: async (_tool, args) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (args.includes('del')) {
        onRemoval()
        removals.push(args.join(' '))
        isThere &&= !mayRemove
        return says('', mayRemove ? 0 : 2)
      }
      const entry = '[{"dst":"10.0.0.2","confirmed":9,"updated":9,"state":["STALE"]}]'
      return isReadable ? says(isThere ? entry : '[]') : says('', 1)
    },
  }
  const remove = async (isDated = true) => await oldEntries.remove(look, suspect, 'v0', isDated)
  const begin = (sinceMs = 0, address = suspect, device = 'v0') =>
    oldEntries.beginRound({ ...look, sinceMs }, address, device)
  return { begin, remove, removals }
}

test('of many fences that find the same entry one takes it away', async (t) => {
  const { remove, removals } = kernel()
  t.same(await Promise.all([remove(), remove(), remove()]), ['removed', 'removed', 'removed'])
  t.equal(await remove(), 'gone', 'and one that comes later leaves what the kernel does since')
  t.same(removals, ['-j neigh del to 10.0.0.2 dev v0'])
})

test('every round at that address is void, and no other', async (t) => {
  let during: { readonly isVoid: () => boolean } | undefined
  const { begin, remove } = kernel({
    onRemoval: () => {
      during = begin()
    },
  })
  const before = begin()
  const ended = begin()
  ended.end()
  const elsewhere = [begin(0, other), begin(0, suspect, 'v1')]
  t.notOk(before.isVoid())
  await remove()
  t.ok(before.isVoid(), 'one that had begun')
  t.ok(during?.isVoid(), 'one that began while the entry was taken away')
  t.notOk(begin().isVoid(), 'not one that began after it')
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

test('an entry that cannot be read is not called gone', async (t) => {
  const { remove, removals } = kernel({ isReadable: false })
  t.equal(await remove(), 'kept')
  t.same(removals, [])
})

test('who dates an entry dates it for the first of all fences that look there', async (t) => {
  const { begin, remove } = kernel()
  const [later, first, elsewhere] = [begin(20), begin(10), begin(5, other)]
  t.same(
    [later, first, elsewhere].map((round) => round.firstSinceMs()),
    [10, 10, 5],
  )
  await remove()
  t.same(
    [later, first, elsewhere].map((round) => round.isDated()),
    [true, true, false],
  )
  t.notOk(begin().isDated(), 'not for one that began after it')
})

test('what was taken away undated, or not at all, is dated for nobody', async (t) => {
  const undated = kernel()
  const one = undated.begin()
  await undated.remove(false)
  const kept = kernel({ mayRemove: false })
  const other = kept.begin()
  await kept.remove()
  t.same([one.isDated(), other.isDated()], [false, false])
})
