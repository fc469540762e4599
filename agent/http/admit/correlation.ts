import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const wellFormed = /^[A-Za-z0-9._-]{1,64}$/

/** The caller's own id where it is harmless to print, otherwise one of ours. */
export const correlationId = (headers: IncomingHttpHeaders): string => {
  const sent = headers['x-request-id']
  return typeof sent === 'string' && wellFormed.test(sent) ? sent : newId()
}

/** 32 hex digits, as the management node writes its ids. */
export const newId = (): string => randomUUID().replaceAll('-', '')
