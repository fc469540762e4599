/**
 * A TCP relay inside of the suspect's network that spoils connections to its sshd.
 * `relay.js PORT delay MS | cut BYTES | stall BYTES`. `cut` resets the first connection after that
 * many bytes from sshd, `stall` lets it hang; later connections are left alone.
 */
import { connect, createServer } from 'node:net'
import { Transform } from 'node:stream'

const [portText, mode, sizeText] = process.argv.slice(2)
const size = Number(sizeText)
let connections = 0

const delayed = (): Transform =>
  new Transform({
    transform: (chunk, _encoding, done) => {
      setTimeout(() => {
        done(null, chunk)
      }, size)
    },
  })

const server = createServer((client) => {
  connections += 1
  const isFirst = connections === 1
  const sshd = connect(22, '127.0.0.1')
  const drop = (): void => {
    client.destroy()
    sshd.destroy()
  }
  for (const socket of [client, sshd]) socket.on('error', drop).on('close', drop)
  if (mode === 'delay') {
    client.pipe(delayed()).pipe(sshd)
    sshd.pipe(delayed()).pipe(client)
    return
  }
  client.pipe(sshd)
  let passed = 0
  sshd.on('data', (chunk: Buffer) => {
    passed += chunk.length
    if (!isFirst || passed <= size) client.write(chunk)
    else if (mode === 'cut') client.resetAndDestroy()
  })
})
server.listen(Number(portText), () => {
  process.stdout.write('ready\n')
})
