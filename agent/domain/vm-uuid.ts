declare const brand: unique symbol

/**
 * A VM's uuid in lower case with dashes. It is parsed once, at the edge, and trusted afterwards.
 */
export type VmUuid = string & { readonly [brand]: 'VmUuid' }

const hex32 = /^[0-9a-f]{32}$/
const dashed = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Accepts 32 hex digits or the dashed form, in any case; undefined for anything else. */
export const parseVmUuid = (text: string): VmUuid | undefined => {
  const lower = text.toLowerCase()
  if (dashed.test(lower)) return lower as VmUuid
  if (!hex32.test(lower)) return undefined
  const cut = (from: number, to: number): string => lower.slice(from, to)
  return `${cut(0, 8)}-${cut(8, 12)}-${cut(12, 16)}-${cut(16, 20)}-${cut(20, 32)}` as VmUuid
}

/** The form without dashes, which a ZStack host uses as libvirt's name of the VM. */
export const vmUuidHex = (uuid: VmUuid): string => uuid.replaceAll('-', '')
