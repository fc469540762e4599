import { test } from 'tap'
import { withProgress } from '../../agent/cli/progress.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

const edgeOf = (isErrTerminal: boolean, env: Record<string, string> = {}) => {
  const told: string[] = []
  return { told, terminal: { env, isErrTerminal, err: (text: string) => void told.push(text) } }
}

test('one line that rewrites itself, and is gone in the end', async (t) => {
  const clock = createSimClock()
  const { told, terminal } = edgeOf(true, { NO_COLOR: '1' })
  let phase = 'connect'
  let end = (): void => undefined
  const work = new Promise<void>((resolve) => {
    end = resolve
  })
  const shown = withProgress(
    2_000,
    () => phase,
    { clock, terminal },
    async () => {
      await work
      return 7
    },
  )
  await clock.advance(1_100)
  phase = 'login '.repeat(20)
  await clock.advance(1_500)
  end()
  await clock.advance(200)
  t.equal(await shown, 7)
  t.equal(told[0], '\r\u001b[Kconnect, 2 s left')
  t.ok(told.includes('\r\u001b[Kconnect, 1 s left'))
  t.ok(told.every((one) => one.startsWith('\r\u001b[K') && one.length < 85 && !one.includes('\n')))
  t.match(told.at(-2), /login, 0 s left|login.*, 0 s left/, 'never below zero')
  t.equal(told.at(-1), '\r\u001b[K')
})

test('nothing where nobody looks, or where no line can be rewritten', async (t) => {
  const clock = createSimClock()
  for (const { told, terminal } of [edgeOf(false), edgeOf(true, { TERM: 'dumb' })]) {
    const work = async () => await Promise.resolve('done')
    t.equal(await withProgress(1, () => 'x', { clock, terminal }, work), 'done')
    t.same(told, [])
  }
})

test('work that fails leaves no line behind', async (t) => {
  const { told, terminal } = edgeOf(true)
  const work = async () => await Promise.reject(new Error('planted'))
  const parts = { clock: createSimClock(), terminal }
  await t.rejects(
    withProgress(1, () => 'x', parts, work),
    /planted/,
  )
  t.equal(told.at(-1), '\r\u001b[K')
})
