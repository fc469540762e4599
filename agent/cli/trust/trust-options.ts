/** What `trust` was asked for: one of its four ways, and nothing that belongs to another. Pure. */
import { parseHostPort } from '../../base/net/host-port.ts'
import type { HostPort } from '../../base/net/host-port.ts'
import type { Arguments } from '../subcommand.ts'
import type { TrustRequest } from './trust-host.ts'

export type Trust =
  | ({ readonly kind: 'host' } & TrustRequest)
  | {
      readonly kind: 'import'
      readonly file: string
      readonly mayReplace: boolean
      readonly isDryRun: boolean
    }
  | { readonly kind: 'list'; readonly target: HostPort | undefined; readonly isJson: boolean }
  | { readonly kind: 'remove'; readonly target: HostPort }
  | { readonly kind: 'misused'; readonly message: string }

const ways = ['import', 'list', 'remove'] as const

const optionsOf: Readonly<Record<(typeof ways)[number] | 'host', readonly string[]>> = {
  host: ['port', 'fingerprint', 'yes', 'replace', 'json'],
  import: ['replace', 'dry-run'],
  list: ['port', 'json'],
  remove: ['port'],
}
const options = [...new Set(Object.values(optionsOf).flat())]

const misused = (message: string): Trust => ({ kind: 'misused', message: `trust: ${message}` })

export const trustOf = (args: Arguments): Trust => {
  const [way = 'host', ...more] = ways.filter(args.isSet)
  if (more.length > 0) return misused(`--${way} and --${more.join(', --')} exclude each other`)
  const foreign = options.find((name) => args.isSet(name) && !optionsOf[way].includes(name))
  if (foreign !== undefined) {
    return misused(`--${foreign} does not belong to ${way === 'host' ? 'HOST' : `--${way}`}`)
  }
  const [operand] = args.operands
  const target = operand === undefined ? undefined : parseHostPort(operand, args.text('port'))
  if (operand !== undefined && target === undefined) return misused('no such host or port')
  const isJson = args.isSet('json')
  const mayReplace = args.isSet('replace')
  switch (way) {
    case 'import': {
      const file = args.text('import')
      if (operand !== undefined || file === undefined) return misused('--import takes no HOST')
      return { kind: 'import', file, mayReplace, isDryRun: args.isSet('dry-run') }
    }
    case 'list':
      if (target === undefined && args.isSet('port')) return misused('--port without HOST')
      return { kind: 'list', target, isJson }
    case 'remove':
    case 'host': {
      if (target === undefined) return misused('HOST is missing')
      if (way === 'remove') return { kind: 'remove', target }
      const fingerprint = args.text('fingerprint')
      const isBlind = args.isSet('yes')
      if (fingerprint !== undefined && isBlind)
        return misused('--fingerprint and --yes exclude each other')
      if (fingerprint !== undefined && !/^SHA256:[A-Za-z0-9+/]{43}$/.test(fingerprint)) {
        return misused(
          '--fingerprint has to be SHA256: and 43 characters, as ssh-keygen -l prints it',
        )
      }
      return { kind: 'host', target, wish: { fingerprint, isBlind, mayReplace }, isJson }
    }
  }
}
