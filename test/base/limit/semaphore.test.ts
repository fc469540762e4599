import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'tap'
import { createSemaphore } from '../../../agent/base/limit/semaphore.ts'

test('so many at one address, the others in order of arrival; another address does not wait', async (t) => {
  const places = createSemaphore(2)
  const began: string[] = []
  const ends = new Map<string, () => void>()
  const start = (address: string, name: string) =>
    places.run(address, async () => {
      began.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      return name
    })
  const all = ['a', 'b', 'c', 'd'].map((name) => start('x', name))
  all.push(start('y', 'other'))
  await turn()
  t.same(began, ['a', 'b', 'other'])
  ends.get('b')?.()
  await turn()
  t.same(began, ['a', 'b', 'other', 'c'])
  ends.get('a')?.()
  await turn()
  for (const name of ['c', 'd', 'other']) ends.get(name)?.()
  t.same(await Promise.all(all), ['a', 'b', 'c', 'd', 'other'])
  t.equal(await places.run('x', async () => await Promise.resolve('again')), 'again')
})

test('work that fails gives its place back', async (t) => {
  const places = createSemaphore(1)
  const failing = places.run('x', async () => await Promise.reject(new Error('planted')))
  const next = places.run('x', async () => await Promise.resolve(1))
  await t.rejects(failing, /planted/)
  t.equal(await next, 1)
})
