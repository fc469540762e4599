/**
 * For each reason to refuse: what HA may do by itself, and what a person does. Part of the contract
 * page.
 */
import type { Doubt } from '../../domain/verdict.ts'

/** What a caller may do by itself after a refusal. None of them starts the VM elsewhere. */
export const callerMay = {
  again: 'refuses; may ask again',
  'another-peer': 'refuses; may ask another peer',
  'no-more': 'refuses until a person has acted',
} as const

export interface Advice {
  readonly caller: keyof typeof callerMay
  readonly person: string
}

const again = (person: string): Advice => ({ caller: 'again', person })
const otherPeer = (person: string): Advice => ({ caller: 'another-peer', person })
const person = (text: string): Advice => ({ caller: 'no-more', person: text })

export const adviceOf: Readonly<Record<Doubt, Advice>> = {
  unkillable: person(
    'Bring back the storage that the task waits for, or power the host off by its BMC; the kill that was sent takes effect once the I/O ends. Then ask again.',
  ),
  'not-gone-in-time': again(
    'Ask again with a longer sshTimeoutSec. If it lasts, look at the tasks on the host: one in state D waits for storage.',
  ),
  'kill-denied': person(
    'Log in as root or grant sudo without a password; if it is root already, look for what denies the signal there. Then ask again.',
  ),
  'hold-not-kept': again(
    'Ask again with a longer sshTimeoutSec: fence.holdMs has to end within it.',
  ),
  supervised: person(
    'Stop what runs the VM on the host: its unit of systemd, or the process that started its qemu and waits for it. Then ask again.',
  ),
  respawned: person(
    'Find what starts the VM on the host and stop it: virsh autostart, on_crash, another HA, a unit of systemd. Then ask again.',
  ),
  'unattributable-qemu': again(
    'Ask again once that process has ended. If it is dying and stays, its storage hangs: bring that back or power the host off. If it runs, start it with a uuid of its own.',
  ),
  'ambiguous-process': person(
    'Look at that process on the host and end it if it is no VM. If it is the qemu of the VM, end it by hand. Then ask again.',
  ),
  'start-not-excluded': again(
    'Ask again once libvirtd or virtqemud of the host answers "virsh domstate" about the VM. If it does not, look for hung storage, a hook that does not end and a missing virsh there; ending that daemon ends what it starts.',
  ),
  'quarantine-not-proven': person(
    'Drill the host with "peerfence doctor --drill": it says what its quarantine lacks (the package, a restart of libvirtd since the package came, an answer of it). Then ask again. suspects.quarantine "optional" has it only told.',
  ),
  'io-in-flight': again(
    'Ask again once the storage answers. If it does not come back, block the host at the storage or power it off.',
  ),
  'disk-not-seen': person(
    'Look at the arguments of the VM for how it reaches that disk, and report it with the fenceId. Block the host at the storage or power it off.',
  ),
  'helper-not-settled': again(
    'Ask again once that program (qemu-nbd, qemu-storage-daemon, virtiofsd, SPDK, a FUSE mount) has ended or its storage answers. If it serves others and never lets go, suspects.helpers "report" has it only told.',
  ),
  'page-cache-dirty': again(
    'Ask again once the shared storage answers. If it does not come back, power the host off: that drops its page cache.',
  ),
  'processes-hidden': person(
    'Log in as root or grant sudo without a password, or mount /proc of the host without hidepid. Then ask again.',
  ),
  'pid-namespace': person(
    'Log in to the host itself and not to a container on it: check address, port and ssh.logins. Then ask again.',
  ),
  'scan-incomplete': again(
    'Ask again. If it lasts, look on the host why /proc of that process cannot be read.',
  ),
  'wrong-host': person(
    'Find out which machine has this address now, and correct the address or the host uuid that is sent.',
  ),
  'host-not-confirmed': person(
    'Check that address and host uuid of the request belong to one host. Then let the host show that uuid (host=UUID in /etc/zstack-uuids, or host_uuid of libvirt), or run peerfence doctor --drill HOST where it showed it before. Asking again changes nothing.',
  ),
  'own-host': otherPeer('Ask another peer: a host cannot judge itself.'),
  'report-missing': person(
    'Log in by hand as the same user and run bash there; look at its login shell, its start-up files, forced commands and session recorders.',
  ),
  'report-truncated': again('Ask again. If it lasts, look at the memory and the sshd of the host.'),
  'report-invalid': person(
    'Log in by hand and see what the login shell prints by itself; make it print nothing. Then ask again.',
  ),
  'report-too-long': person(
    'Log in by hand and see what the login shell prints by itself; make it print nothing. Then ask again.',
  ),
  'program-failed': again(
    'Ask again. If it lasts, look for the OOM killer and for limits of the login on the host.',
  ),
  'bash-too-old': person(
    'Install a newer bash on the host, or stop the VM there by hand or power the host off.',
  ),
  'program-version': person(
    'Install on the host the program that belongs to the version of this peer. Then ask again.',
  ),
  'program-missing': person(
    'Install the program on the host as the forced command of the key, or have it sent: program in ssh.logins.',
  ),
  'sudo-refused': person(
    'Grant the user sudo without a password and without requiretty, or log in as root: ssh.logins.',
  ),
  'connection-refused': person(
    'Start sshd on the host or correct the port. The host is alive: if nobody can log in, stop the VM at its console or power it off.',
  ),
  'connection-reset': again(
    'Ask again. If it lasts, look at sshd and the firewall of the host, which is alive.',
  ),
  'connection-dropped': again(
    'Ask again. If it lasts, raise MaxStartups in sshd_config of the host, or look at what closes its connections.',
  ),
  'peer-penalised': otherPeer(
    'Ask another peer. Penalties end by themselves (PerSourcePenalties in sshd_config of the host, 5 min or so): exempt the peers there, and find what of this peer failed to log in.',
  ),
  'banner-stalled': person(
    'Look at the console of the host: it is alive and stuck, often for want of memory or its root disk. Power it off if it stays so.',
  ),
  'handshake-failed': person(
    'Compare what sshd of the host offers (ssh -vv) with common algorithms, and check that the port is that of sshd.',
  ),
  'handshake-stalled': person(
    'Look at the console of the host: it is alive and stuck, often for want of memory or its root disk. Power it off if it stays so.',
  ),
  'host-key-changed': person(
    'Compare with ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on the console of the host. If the host was installed anew, run peerfence trust HOST --replace on this peer; if not, another machine answers in its place.',
  ),
  'host-key-unknown': person(
    'Run peerfence trust HOST on this peer, and compare the fingerprint with the one on the console of the host. Then ask again.',
  ),
  'login-refused': person(
    'Try ssh to the host by hand with the same user and key; correct ssh.logins, ssh.identityFiles, or authorized_keys and the account there (chage -l, /etc/nologin).',
  ),
  'login-cut-off': person(
    'Look at the log of sshd on the host, which says why: an account that has expired or is denied by PAM, a process that was killed, no memory.',
  ),
  'login-stalled': person(
    'Look at the console of the host: it is alive and stuck, often in PAM, a directory service or its home file system.',
  ),
  'channel-refused': again(
    'Ask again. If it lasts, raise MaxSessions in sshd_config of the host, or look at what forbids the login a session.',
  ),
  'exec-refused': person(
    'Permit the login to run commands: look for ForceCommand, a no-login shell and full process tables on the host.',
  ),
  'contact-lost': again(
    'Ask again: a host that has gone since will then be silent from the beginning, and one that is back will answer.',
  ),
  'suspect-answered': person(
    'Look at the console of the host: it is alive and its sshd is not reached. Start sshd, open the firewall, or power the host off.',
  ),
  'heard-by-neighbour': otherPeer(
    'Ask the agent that had contact (evidence.contact.neighbours), which says why it has no proof; and look at the way from this peer to the host.',
  ),
  'icmp-error': person(
    'Find out which router or firewall between this peer and the host rejects, and let SSH pass. Then ask again.',
  ),
  'silence-not-proven': again(
    'Ask again with a longer sshTimeoutSec. If it lasts, check ping, ip and CAP_NET_ADMIN of the agent on this peer.',
  ),
  'own-filter': otherPeer(
    'Ask another peer. On this one look for the address of the host in nft list ruleset, iptables-save and ipset save, and at nf_conntrack_count beside nf_conntrack_max.',
  ),
  'routed-silence': otherPeer(
    'Ask a peer that has a link of its own to the IPv4 address of the host, and name that address. Or power the host off. Where its silence is to count all the same: probe.routedSilence "accept", with a machine of its own subnet and a TCP port of that in probe.witnesses.',
  ),
  'never-met': person(
    'Check that the address is that of the host, and that this peer can fence it while it is well: peerfence doctor --drill HOST. Where hosts that were never met are to count: suspects.neverMet.',
  ),
  'silence-too-short': again(
    'Ask again with a longer sshTimeoutSec: probe.silenceSec has to end within it, with 2 s to spare.',
  ),
  'peer-isolated': otherPeer(
    'Ask another peer. If every peer says so, check the gateway or set probe.witnesses to machines that answer ARP and pings on each network of the host.',
  ),
  'name-not-resolved': otherPeer('Send an address, or correct the resolver of this peer.'),
  'own-network-trouble': otherPeer(
    'Ask another peer, and look at the routes and interfaces of this one.',
  ),
  'credentials-unusable': person(
    'Give this peer a key for the host, without a passphrase, as OpenSSH, PEM or PKCS#8: ssh.identityFiles or ssh.logins, whose first entry that names the host has to name all its addresses.',
  ),
  'journal-failed': otherPeer(
    'Ask another peer, and look at the disk and the file of journal.file on this one.',
  ),
  'deadline-passed': again('Ask again with a longer sshTimeoutSec.'),
  'shutting-down': otherPeer('Ask another peer, or this one again once it has started.'),
  'called-off': again('Ask again; the agent that was asked first tells why its fence ended.'),
  interrupted: again('Ask again; look in the log of this peer for why it ended.'),
  'verdict-expired': again(
    'Ask again, and look why the caller did not take its answer within callbacks.proofSec.',
  ),
  'internal-error': otherPeer(
    'Ask another peer, and report this one with its fenceId and the lines of its log.',
  ),
}
