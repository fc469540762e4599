import { test } from 'tap'
import { runModeFault, socketOf } from '../../agent/cli/run-mode.ts'
import { args } from '../fixtures/worlds/command-line.ts'

test('where the agent listens, if nobody says', async (t) => {
  t.equal(socketOf(args({}), { env: {} }), '/run/peerfence/peerfence.sock')
  t.equal(socketOf(args({}), { env: { PEERFENCE_SOCKET: '' } }), '/run/peerfence/peerfence.sock')
  t.equal(socketOf(args({ socket: '/a' }), { env: { PEERFENCE_SOCKET: '/b' } }), '/a')
})

test('what excludes each other', async (t) => {
  t.match(runModeFault(args({ 'stand-alone': true, socket: '/x' })), /exclude each other/)
  t.match(runModeFault(args({ config: '/x' })), /--config is for --stand-alone/)
  t.equal(runModeFault(args({ 'stand-alone': true, config: '/x' })), undefined)
  t.equal(runModeFault(args({ socket: '/x' })), undefined)
})
