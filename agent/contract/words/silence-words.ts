/** Words about silence that more than one page needs. Pure. */
import type { AddressSilence, EverMet } from '../../domain/silence-evidence.ts'
import { plainText } from '../../base/text/plain-text.ts'

export const wayWords = {
  arp: 'IPv4 on a link of ours',
  nd: 'IPv6 on a link of ours',
  routed: 'through a router',
  'not-known': 'no way that is known',
} as const satisfies Readonly<Record<AddressSilence['way'], string>>

/** A sentence without its end. */
export const metWords = (everMet: EverMet): string => {
  switch (everMet.by) {
    case 'login':
    case 'drill':
    case 'pinned-key':
      return `This peer knows it by ${knownBy[everMet.by]}${everMet.at === '' ? '' : ` of ${plainText(everMet.at)}`}`
    case 'never':
      return 'This peer never had to do with it: an address that nobody has is as silent'
    case 'not-known':
      return 'Whether this peer ever had to do with it could not be read'
  }
}

const knownBy = {
  login: 'a login',
  drill: 'a drill',
  'pinned-key': 'the host key that it keeps',
} as const

export const ownFilterWords = (ownFilter: AddressSilence['ownFilter']): string => {
  switch (ownFilter) {
    case undefined:
      return ''
    case 'names-it':
      return ', and a packet filter of this peer names it'
    case 'table-full':
      return ', and the connection table of this peer is full'
  }
}

export const seconds = (ms: number): number => Math.floor(ms / 100) / 10
