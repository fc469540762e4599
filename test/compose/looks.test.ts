import { test } from 'tap'
import { composeLooks } from '../../agent/compose/looks.ts'
import { createLaneWorld, fakeSession, requestFor } from '../fixtures/worlds/lane-world.ts'
import { lookEvidence } from '../fixtures/values/fence-records.ts'

const lifted = lookEvidence({ quarantine: { state: 'lifted', policy: 'optional' } })

const openWorld = () => {
  const world = createLaneWorld()
  const story: string[] = []
  const inspect = async ({ action }: { readonly action: string }) => {
    story.push(action)
    return await Promise.resolve({ evidence: lifted, detail: '', phases: [], tools: undefined })
  }
  const session = { ...fakeSession(), inspect }
  const trail = { address: '192.0.2.7', phases: [], detail: '' }
  const suspect = {
    open: async () => await Promise.resolve({ kind: 'open', session, trail } as const),
  }
  return { story, ...composeLooks(() => ({ ...world, suspect })) }
}

test('a lift is in the journal before anything is done, and once more with what came of it', async (t) => {
  const { story, unfence, lookBoard } = openWorld()
  const journal = {
    unfence: async (_request: object, state: string) => {
      story.push(`journal: ${state}`)
      await Promise.resolve()
    },
  }
  const lifting = unfence(requestFor(1), journal)
  for (let turn = 0; turn < 5 && lookBoard.list().length === 0; turn += 1) await Promise.resolve()
  t.match(lookBoard.list(), [{ action: 'unfence' }])
  t.match(await lifting, { seen: { evidence: lifted } })
  t.same(story, ['journal: asked', 'unfence', 'journal: lifted'])
  t.same(lookBoard.list(), [])
})

test('without a journal nothing is lifted', async (t) => {
  const { story, unfence } = openWorld()
  const journal = { unfence: async () => await Promise.reject(new Error('planted')) }
  await t.rejects(unfence(requestFor(1), journal), { message: 'planted' })
  t.same(story, [])
})

test('a look is on the board as such, and in no journal', async (t) => {
  const { story, looks, lookBoard } = openWorld()
  const looking = looks.look(requestFor(1))
  t.match(lookBoard.list(), [{ action: 'look' }])
  await looking
  t.same(story, ['look'])
})
