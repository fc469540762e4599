/** Exit codes; those from 64 on are of sysexits.h, as service managers know them. */
export const exitCodes = {
  /**
   * Of a fence: proven dead, and nothing else. A process that is cut off or breaks never ends so.
   */
  done: 0,
  /** A fault while running; something was refused or left undone. */
  notDone: 1,
  /** Of a fence: still alive, or not proven dead. */
  refused: 2,
  /** Of a fence: silence. The VM may start elsewhere, if the caller accepts that risk. */
  unreachable: 3,
  /** Of a fence: turned away at the door, so nothing was done. */
  rejected: 4,
  /** Of several peers: silence, and fewer of them say so than have to. */
  quorumMissing: 5,
  /** Of a look. None of them is a verdict, and none is 0 or any code of a fence. */
  runs: 10,
  notSeen: 11,
  cannotTell: 12,
  /** Of lifting a quarantine: none of the VM is in force there any more. 0 would be a death. */
  unfenced: 13,
  /** Ctrl-C while an agent goes on with what was asked: never a verdict. */
  interrupted: 130,
  /** Of a drill: some host could not be fenced. */
  couldNotFence: 20,
  usage: 64,
  noInput: 66,
  /** Nobody answered. */
  hostUnavailable: 69,
  config: 78,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
