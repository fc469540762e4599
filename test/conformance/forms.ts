/** The forms of one question, and how a table of decisions is told. */
import type { Test } from 'tap'
import { fencePath, successorPath } from '../../agent/contract/api/paths.ts'
import type { ManagementNode } from '../fixtures/servers/management-node.ts'
import { revisions } from './decisions.ts'
import type { CallEnd } from './decisions.ts'

export const row = (t: Test, cells: readonly string[]): void => {
  t.comment(cells.join(' | '))
}

/** The ways to ask for one thing. */
export const forms = {
  sync: async (node, url, body) => await node.callNow(`${url}${fencePath}`, body),
  async: async (node, url, body) => await node.call(`${url}${fencePath}`, body),
  successor: async (node, url, body) => await node.call(`${url}${successorPath}/`, body),
  'successor, sync': async (node, url, body) => await node.callNow(`${url}${successorPath}`, body),
} as const satisfies Readonly<
  Record<string, (node: ManagementNode, url: string, body: object) => Promise<CallEnd>>
>
export const formNames = Object.keys(forms) as (keyof typeof forms)[]

export const every = (decision: 'proceed' | 'refuse'): readonly string[] =>
  Object.keys(revisions).map(() => decision)
