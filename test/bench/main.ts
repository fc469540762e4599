/** The benchmark: what was asked for of it, one after the other, in a lab. */
import { countConnections } from './costs.ts'
import { benchLoad } from './load.ts'
import { benchSingle } from './single.ts'
import { benchStorms, benchSuspects } from './storm.ts'

const parts: Readonly<Record<string, () => Promise<void>>> = {
  single: async () => {
    await benchSingle(12)
  },
  storm: async () => {
    await benchStorms([50, 100, 200], [50, 200])
  },
  growth: async () => {
    await benchStorms([1, 10, 25, 100, 400], [])
  },
  suspects: async () => {
    await benchSuspects(10, 10)
  },
  load: async () => {
    await benchLoad(3000)
  },
}

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !Object.hasOwn(parts, name))
if (unknown !== undefined) {
  process.stderr.write(`bench: no such part: ${unknown} (${Object.keys(parts).join(', ')})\n`)
  process.exit(2)
}
countConnections()
for (const name of asked.length > 0 ? asked : Object.keys(parts)) await parts[name]?.()
process.exit(0)
