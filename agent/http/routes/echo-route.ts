/** POST /host/echo: what a management node asks to learn whether an agent is up. */
import type { FastifyInstance } from 'fastify'
import { plainRejection } from '../../contract/reply/rejection.ts'
import { echoPath } from '../../contract/api/paths.ts'
import { reject } from '../admit/reject.ts'

/** Takes any body of any type, up to the limit of every body, and reads none of it. */
export const addEchoRoute = (server: FastifyInstance, isDraining: () => boolean): void => {
  // A scope of its own: elsewhere a body that is not JSON is turned away.
  void server.register(async (scope) => {
    scope.addHook('onRequest', async ({ raw }) => {
      // A type that breaks its grammar would be turned away before anybody could say that it does
      // not matter.
      delete raw.headers['content-type']
      await Promise.resolve()
    })
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, async () => {
      await Promise.resolve()
    })
    scope.post(echoPath, async (request, reply) => {
      if (isDraining()) return await reject(request, reply, plainRejection('FENCE_SHUTTING_DOWN'))
      return await reply.code(200).send('')
    })
    await Promise.resolve()
  })
}
