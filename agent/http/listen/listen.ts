/** Binds a server, on TCP or on a unix socket. */
import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import type { ListenAddress } from '../admit/listener-rule.ts'
import { backlogMax } from '../limits.ts'

/** Owner and group: who may ask is who is in the group. */
const socketMode = 0o660

/** Resolves with the address that was bound, for people. Rejects when it cannot be bound. */
export const listenAt = async (server: Server, at: ListenAddress): Promise<string> => {
  if (at.kind === 'tcp') {
    await listening(server, { host: at.host, port: at.port })
    const scheme = 'setSecureContext' in server ? 'https' : 'http'
    const { address, family, port } = server.address() as AddressInfo
    return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }
  await removeStaleSocket(at.path)
  await listening(server, { path: at.path })
  // Until here the mode comes from the umask, which the unit sets to 0077: never wider than this.
  await chmod(at.path, socketMode)
  return `unix:${at.path}`
}

const listening = async (server: Server, options: ListenOptions): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...options, backlog: backlogMax }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** A socket file outlives a killed process. It is removed only when nobody listens behind it. */
const removeStaleSocket = async (path: string): Promise<void> => {
  switch (await stateOf(path)) {
    case 'nothing':
      return
    case 'stale':
      await unlink(path)
      return
    case 'answered':
      throw new Error(`${path} is in use: another process answers on it`)
    case 'no-socket':
      throw new Error(`${path} exists and is not a socket`)
  }
}

const stateOf = async (path: string): Promise<'nothing' | 'stale' | 'answered' | 'no-socket'> => {
  const isSocket = await lstat(path).then(
    (stats) => stats.isSocket(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    },
  )
  if (isSocket === undefined) return 'nothing'
  if (!isSocket) return 'no-socket'
  return await new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.on('connect', () => {
      socket.destroy()
      resolve('answered')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve('stale')
      /* c8 ignore next -- no permission on the socket, which a test as root always has */
      else reject(error)
    })
  })
}
