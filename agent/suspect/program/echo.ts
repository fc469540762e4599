/** Tells a login that gives its commands a terminal: what is written to one comes back. */
import type { SessionEnd } from '../session-end.ts'

/**
 * Takes what comes on stdout, however it is cut, and says when the first line of what was sent is
 * in it. Nothing but a terminal sends that back; what it does with the rest is no report, so nobody
 * has to wait for one.
 */
export const createEchoWatch = (sent: string): ((text: string) => SessionEnd | undefined) => {
  const [line = ''] = sent.split('\n', 1)
  let tail = ''
  return (text) => {
    const whole = tail + text
    tail = whole.slice(-line.length)
    return whole.includes(line) ? 'terminal-given' : undefined
  }
}
