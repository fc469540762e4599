/** JSON Schema of what a drill found: as it is shown, and as it is read back from the disk. */
import { closed, count, text } from './closed-schema.ts'
import { toolNames } from './drill-report.ts'

const tools = closed(
  'In the words of the host.',
  Object.fromEntries(toolNames.map((name) => [name, text])),
)
const flaw = closed('What does not keep a fence from its proof.', { flaw: text, nextStep: text })

const host = closed(
  'One host.',
  {
    host: text,
    port: count,
    could: { type: 'string', enum: ['yes', 'no', 'left-out'] },
    reason: { type: 'string', description: 'Why not; empty where it could.' },
    phase: text,
    summary: text,
    nextStep: text,
    flaws: { type: 'array', items: flaw },
    tools,
    virsh: text,
    pgrep: text,
    skewSec: { type: 'integer', description: 'What its clock is ahead of ours.' },
    canaryMs: count,
    durationMs: count,
  },
  ['tools', 'virsh', 'pgrep', 'skewSec', 'canaryMs'],
)

export const drillSchema = closed('What a drill found. None of it is a verdict about any VM.', {
  at: { type: 'string', description: 'When it ended, by the clock of this peer.' },
  drilled: { type: 'boolean', description: 'Whether canaries were killed.' },
  could: count,
  of: count,
  hosts: { type: 'array', items: host },
})

export const lastDrillSchema = closed(
  'The last drill of all hosts of doctor.peers on this peer.',
  {
    kept: {
      type: 'string',
      enum: ['yes', 'no', 'unreadable'],
      description: '"no" where none was ever made; "unreadable" where its file makes no sense.',
    },
    ageSec: count,
    drill: drillSchema,
  },
  ['ageSec', 'drill'],
)
