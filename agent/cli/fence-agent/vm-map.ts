/**
 * The VMs that a device is for, by the names that the fencer has for them, and which one it means.
 * Pure.
 */
import { parseVmUuid, vmUuidHex } from '../../domain/vm-uuid.ts'

export interface NamedVm {
  /** As it was written. */
  readonly uuid: string
  readonly name: string
}

const vmsMax = 256
const shape = /^([^\s:;,=]{1,128})[:=]([0-9A-Fa-f-]{32,36})$/

/** `NAME:UUID`, separated by `;`, `,` or blanks, at most 256; a text says what is wrong. */
export const parseVmMap = (text: string): readonly NamedVm[] | string => {
  const entries = text.split(/[\s;,]+/).filter((entry) => entry !== '')
  if (entries.length > vmsMax) return `vm_map takes at most ${vmsMax} VMs`
  const vms = entries.flatMap((entry) => {
    const [, name = '', uuid = ''] = shape.exec(entry) ?? []
    return parseVmUuid(uuid) === undefined ? [] : [{ name, uuid }]
  })
  if (vms.length < entries.length || vms.length === 0) {
    return 'vm_map has to be NAME:UUID, and more of them separated by semicolons'
  }
  // A name that is the uuid of another VM would mean both.
  const isOther = vms.some(({ name, uuid }) => !['', hexOf(uuid)].includes(hexOf(name)))
  const names = new Set(vms.map(({ name }) => name)).size
  const uuids = new Set(vms.map(({ uuid }) => hexOf(uuid))).size
  return isOther || names < vms.length || uuids < vms.length ? 'vm_map names one VM twice' : vms
}

/**
 * The VM's uuid: looked up in the map, or `plug` itself if there is no map. Undefined if neither
 * gives one.
 */
export const resolveVm = (
  plug: string,
  vms: readonly NamedVm[] | undefined,
): string | undefined => {
  if (vms === undefined) return parseVmUuid(plug) === undefined ? undefined : plug
  return vms.find(({ name, uuid }) => name === plug || hexOf(uuid) === hexOf(plug))?.uuid
}

const hexOf = (text: string): string => {
  const uuid = parseVmUuid(text)
  return uuid === undefined ? '' : vmUuidHex(uuid)
}
