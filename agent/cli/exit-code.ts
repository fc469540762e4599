/** Exit codes; those from 64 on are of sysexits.h, as service managers know them. */
export const exitCodes = {
  done: 0,
  /** A fault while running; something was refused or left undone. */
  notDone: 1,
  usage: 64,
  noInput: 66,
  hostUnavailable: 69,
  config: 78,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
