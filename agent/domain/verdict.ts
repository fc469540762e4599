/**
 * The three answers and their reasons. Each reason belongs to one kind, so that "dead because the
 * deadline passed" does not compile.
 *
 * `still-alive` means "seen alive, or not proven dead": it is what every doubt becomes.
 */
export type Verdict =
  | { readonly kind: 'confirmed-dead'; readonly because: DeathProof }
  | { readonly kind: 'unreachable'; readonly because: SilenceProof }
  | { readonly kind: 'still-alive'; readonly because: Doubt }

/** Why we may claim that no task of any qemu of this VM is left on the suspect. */
export const deathProofs = [
  'destroyed', // found, killed in this fence, every task gone, and it stayed gone
  'already-gone', // a full scan of all processes found nothing of it, twice
  'zombie-only', // only zombies without any other task are left: nothing can write
] as const
export type DeathProof = (typeof deathProofs)[number]

/** Why we may claim that the suspect gives no sign of life. */
export const silenceProofs = ['every-address-silent'] as const
export type SilenceProof = (typeof silenceProofs)[number]

/** Why neither claim can be made. The list is closed and part of the contract. */
export const doubts = [
  // the VM's qemu is there, or something that may be it
  'unkillable', // a task sits in uninterruptible I/O: SIGKILL does nothing
  'not-gone-in-time', // killed, but its tasks had not all ended by the deadline
  'kill-denied', // we were not permitted to kill it
  'hold-not-kept', // gone, but the time ran out before it was sure to stay gone
  'supervised', // it is left alone: what would start it again is slower than any hold
  'respawned', // a qemu of this VM that was not there before: something restarts it
  'unattributable-qemu', // a dying qemu whose VM cannot be named any more
  'ambiguous-process', // a process names this VM, but not in a way that makes it the VM's qemu
  'start-not-excluded', // nothing of it is seen, and libvirt did not say that it starts nothing
  'quarantine-not-proven', // the operator wants no proof without a quarantine that no start can pass
  'io-in-flight', // the process is gone, a write of it may still be on its way
  'disk-not-seen', // its arguments name a disk that it had not open: it was written to out of our sight
  'helper-not-settled', // a program that writes for the VM may still do so
  'page-cache-dirty', // the host may still write its page cache to shared storage
  // what we could not see
  'processes-hidden', // hidepid, or another process view that is not complete
  'pid-namespace', // not the host's own pid namespace: qemu may run outside of it
  'scan-incomplete', // some process could not be read
  // the wrong machine
  'wrong-host', // the suspect says that it is another host than the one named
  'host-not-confirmed', // a host uuid was sent, and nothing says that the suspect is that host
  'own-host', // the suspect turned out to be this very host
  // the program's report
  'report-missing', // the session ended without a report: unusable shell, no bash
  'report-truncated', // the report, or its end marker, is not complete
  'report-invalid', // a line of the report breaks its grammar or its count
  'report-too-long', // the suspect sent more than a report can be
  'program-failed', // the program ended by a signal, or with another code than 0
  'bash-too-old', // the bash of the suspect cannot run the program
  'program-version', // the program on the suspect speaks another version than we do
  'program-missing', // no program answered where one should be installed
  'sudo-refused', // no `sudo -n` for this user, and as this user it cannot be proven
  // the session
  'connection-refused', // the suspect's kernel answered: it is alive
  'connection-reset', // the suspect's kernel answered: it is alive
  'connection-dropped', // closed before login (MaxStartups and the like): alive and busy
  'peer-penalised', // sshd lets this peer in only later (PerSourcePenalties)
  'banner-stalled', // the TCP connection opened, sshd says nothing: alive and stuck
  'handshake-failed', // no common algorithm, or protocol trouble
  'handshake-stalled', // sshd spoke, then went silent before login
  'host-key-changed', // not the key we know for this host
  'host-key-unknown', // strict mode, and we know no key for this host
  'login-refused', // no credential was accepted
  'login-cut-off', // closed during the login, without a word
  'login-stalled', // sshd went silent during login
  'channel-refused', // logged in, but no session channel (MaxSessions and the like)
  'exec-refused', // logged in, but no command may run
  'contact-lost', // it answered in this fence, then fell silent or was cut off
  // silence that proves nothing
  'suspect-answered', // SSH is silent, but a ping, an address or a neighbour entry answered
  'heard-by-neighbour', // silent to us, and another agent that we asked had contact with it
  'icmp-error', // somebody sent an ICMP error: a live host or a firewall, not silence
  'silence-not-proven', // a probe that belongs to the proof did not run to its end
  'own-filter', // a packet filter of ours names the suspect, or our connection table is full
  'routed-silence', // without ARP on a link of ours a firewall, or a ban of this peer, is as silent
  'never-met', // this peer never had to do with the host: an address that nobody has is as silent
  'silence-too-short', // silent, but not for as long as the operator wants
  'peer-isolated', // no witness answered us: we may be the isolated one
  // our own side
  'name-not-resolved',
  'own-network-trouble', // no route, no address, no descriptor: says nothing about the suspect
  'credentials-unusable', // no usable key or password of ours
  'journal-failed', // what we do could not be written down first
  'deadline-passed',
  'shutting-down',
  'called-off', // passed on to us by another agent, whose own fence ended first
  'interrupted', // the agent ended before the verdict; said by the journal of the next start
  'verdict-expired', // proven, but not delivered while the proof could be trusted to hold
  'internal-error', // a bug: never a proof of anything
] as const
export type Doubt = (typeof doubts)[number]

export type Because = Verdict['because']

export const confirmedDead = (because: DeathProof): Verdict => ({ kind: 'confirmed-dead', because })
export const unreachable = (because: SilenceProof): Verdict => ({ kind: 'unreachable', because })
export const doubt = (because: Doubt): Verdict => ({ kind: 'still-alive', because })

/** Whether HA may start the VM elsewhere on this verdict. */
export const mayProceed = (verdict: Verdict): boolean => {
  switch (verdict.kind) {
    case 'confirmed-dead':
    case 'unreachable':
      return true
    case 'still-alive':
      return false
  }
}
