/**
 * What a drill found, in words for a person: what it is, and what to do before the day it matters.
 */
import { drillDoubts, skewSecMax, startupsMin } from '../../inspect/finding.ts'
import type { DrillDoubt, Flaw, Hindrance } from '../../inspect/finding.ts'
import { runsMax } from '../../fence/lane/batch-run.ts'
import type { Inspected } from '../../inspect/inspect.ts'
import { blindnessWords } from './look-words.ts'

export interface DrillWords {
  readonly summary: string
  readonly nextStep: string
}

export const hindranceWords = (because: Hindrance, by: Inspected): DrillWords =>
  isDrillDoubt(because) ? wordsOfDrill[because] : blindnessWords(because, by)

const isDrillDoubt = (because: Hindrance): because is DrillDoubt =>
  (drillDoubts as readonly string[]).includes(because)

const wordsOfDrill: Readonly<Record<DrillDoubt, DrillWords>> = {
  'canary-not-met': {
    summary: 'The drill ended well and killed nothing: its canary was not there to be killed.',
    nextStep:
      'Look whether the login may start processes on the host: full process tables, limits of its user or its session. Then drill again.',
  },
}

export const flawWords: Readonly<Record<Flaw, string>> = {
  'libvirt-no-answer':
    'libvirtd does not answer: a VM is killed and proven dead without it, but its locks and its state stay there. Look for what it hangs in, and restart it.',
  'libvirt-failed':
    'virsh fails: a VM is killed and proven dead without it, but libvirt does not learn of it. Run "virsh list" there by hand.',
  'virsh-missing':
    'There is no virsh: a VM is killed and proven dead without it. Is this a KVM host, and is virsh in PATH of the login?',
  'pgrep-missing': 'There is no pgrep: /proc decides alone. Install procps.',
  'pgrep-failed':
    'pgrep fails or says nothing in time: /proc decides alone. Run "pgrep -V" there by hand.',
  'pgrep-found-more':
    'pgrep found a process that /proc does not show as a qemu of the VM. Drill again, and report it if it lasts.',
  'clock-skew': `Its clock and ours differ by more than ${skewSecMax} s: no verdict depends on it, but logs cannot be laid side by side. Look at the time service of both.`,
  'sshd-sessions-low': `MaxSessions of its sshd is below ${runsMax}: in a storm VMs wait for one another. Raise it, 10 is the default.`,
  'sshd-startups-low': `MaxStartups of its sshd begins below ${startupsMin}: it drops logins when several come at once. Raise it, 10:30:100 is the default.`,
  'quarantine-no-hook':
    'A VM that was fenced may be started there again at any time: the package of peerfence is not installed on that host. Install it; no daemon has to be restarted for a hook beside others.',
  'quarantine-not-active':
    'A VM that was fenced may be started there again at any time: its libvirt does not obey the hook of the package. Restart libvirtd or virtqemud there once (VMs go on running), then drill again. Before libvirt 6.5, a script of yours at /etc/libvirt/hooks/qemu has to call it: read stdin into a variable, and begin with: printf "%s" "$xml" | /usr/libexec/peerfence/libvirt-hook "$@" || exit 1.',
  'quarantine-not-writable':
    'A VM that was fenced may be started there again at any time: /run/peerfence-quarantine could not be written. It has to be on a tmpfs with room; "systemd-tmpfiles --create peerfence.conf" makes it.',
  'quarantine-not-shown':
    'Nobody could see whether its libvirt refuses to start a VM that was fenced: libvirtd did not answer, or could not be told to define a domain. Run "virsh list" there by hand, then drill again.',
  'tools-not-told':
    'The host did not tell of its tools: it is slow, or short of processes. Drill again.',
}
