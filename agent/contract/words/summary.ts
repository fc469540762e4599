/**
 * One sentence for a person per reason; for a refusal also what to do next. Part of the contract
 * page.
 */
import type { Because } from '../../domain/verdict.ts'

export const summaries: Readonly<Record<Because, string>> = {
  destroyed: 'The qemu of the VM was found, killed, and every task of it is gone.',
  'already-gone': 'A full scan of all processes on the host found no qemu of the VM, twice.',
  'zombie-only': 'Only zombies of the qemu are left, and a zombie can write nothing.',
  'every-address-silent':
    'The host gives no sign of life on any address, and the network of this peer is proven good.',

  unkillable:
    'A task of the qemu waits for its disk and cannot be killed; restore its storage or power the host off, then ask again.',
  'not-gone-in-time':
    'The qemu was killed but had not ended in time; ask again, with a longer sshTimeoutSec if it lasts.',
  'hold-not-kept':
    'The qemu is gone, but the time ran out before it was sure to stay gone; ask again, with more time.',
  'kill-denied':
    'The login may not kill the qemu; give it root or sudo without a password, then ask again.',
  supervised:
    'Something on the host would start the VM again once this fence is over, so it was left alone; stop that there, then ask again.',
  respawned:
    'Something on the host starts the VM again; stop its autostart or the other HA there, then ask again.',
  'unattributable-qemu':
    'A qemu on the host, a dying one or one whose arguments do not tell, cannot be attributed to any VM; ask again once it has ended.',
  'ambiguous-process':
    'A process on the host names the VM but is not recognisable as its qemu; look at it on the host.',
  'start-not-excluded':
    'No qemu of the VM is seen, but a libvirt on the host did not say that it starts none; ask again once it answers.',
  'quarantine-not-proven':
    'Nothing shows that libvirt on the host refuses to start the VM again, and suspects.quarantine is "required"; drill the host, then ask again.',
  'io-in-flight':
    'The qemu is gone but a write of it may still be on its way; ask again once its storage answers.',
  'disk-not-seen':
    'The arguments of the qemu name a disk that none of its open files shows, so nobody can tell whether all writes have ended; block the host at the storage or power it off.',
  'helper-not-settled':
    'A program on the host that writes for the VM may still do so; ask again once it has ended or its storage answers.',
  'page-cache-dirty':
    'The page cache of the host may still hold writes of the VM for shared storage; ask again once its storage answers, or power the host off.',
  'processes-hidden':
    'The login cannot see every process of the host; use root or sudo, or lift hidepid, then ask again.',
  'pid-namespace':
    'The login sees a pid namespace of its own, not the whole host; log in to the host itself.',
  'scan-incomplete':
    'A process on the host could not be read; ask again, and check the host if it lasts.',
  'wrong-host':
    'The machine that answered is not the host that was named; check its address and its host uuid.',
  'host-not-confirmed':
    'Nothing says that the machine that answered is the host whose uuid was sent, so nothing on it was touched; make it show that uuid, then ask again.',
  'own-host': 'The host that was named turned out to be this very peer; ask another peer.',
  'report-missing':
    'The login worked but gave no report; check that the login shell can run bash on the host.',
  'report-truncated': 'The report of the host was cut off; ask again.',
  'report-invalid':
    'The report of the host breaks its format; check what its login shell prints, then ask again.',
  'report-too-long':
    'The host sent more than a report can be; check what its login shell prints, then ask again.',
  'program-failed':
    'The program on the host did not end as it should; ask again, and check the host.',
  'bash-too-old':
    'The bash of the host is too old to run the program; install a newer one there, or stop the VM by other means.',
  'program-version':
    'The program that is installed on the host is of another version than this peer; install the one that belongs to this peer.',
  'program-missing':
    'The login worked, but the program that should be installed on the host did not answer; install it there and name it in authorized_keys.',
  'sudo-refused':
    'The login is not root and may not use sudo without a password; grant one of the two.',
  'connection-refused':
    'The host is up but refuses SSH connections; start its sshd or check the port, then ask again.',
  'connection-reset':
    'The host is up but reset the SSH connection; check its sshd, then ask again.',
  'connection-dropped':
    'The host is up but its sshd closed the connection before login; ask again, and raise MaxStartups if it lasts.',
  'peer-penalised':
    'The sshd of the host does not let this peer in for a while, after logins that failed; ask another peer.',
  'banner-stalled':
    'The host accepts connections but its sshd says nothing; the host is stuck, check it.',
  'handshake-failed':
    'No SSH handshake was possible with the host; check the algorithms that its sshd offers.',
  'handshake-stalled':
    'The sshd of the host fell silent before login; the host is stuck, check it.',
  'host-key-changed':
    'The host shows another SSH host key than the known one; verify it and update the known keys.',
  'host-key-unknown':
    'No SSH host key is known for the host and the policy is strict; add its key to the known keys.',
  'login-refused': 'The host accepted none of the credentials; correct the user, key or password.',
  'login-cut-off':
    'The sshd of the host closed the connection during the login; check whether the account may log in there.',
  'login-stalled': 'The sshd of the host fell silent during login; the host is stuck, check it.',
  'channel-refused':
    'The host gave the login no session; ask again, and raise MaxSessions in its sshd if it lasts.',
  'exec-refused': 'The host does not let the login run a command; permit it, then ask again.',
  'contact-lost':
    'The host answered in this fence and then fell silent; ask again to learn which state persists.',
  'suspect-answered':
    'SSH is silent but the host still answers by other means, so it is alive; check the host.',
  'heard-by-neighbour':
    'The host is silent to this peer, but another agent that was asked had contact with it, so it is alive; see what that one said.',
  'icmp-error':
    'Somebody answered with an ICMP error, so this is not silence; check routes and firewalls to the host.',
  'silence-not-proven':
    'The host is silent, but a probe that belongs to the proof did not complete; ask again.',
  'own-filter':
    'The host is silent, but a packet filter of this peer names it, or its connection table is full, so the silence may be our own; ask another peer.',
  'routed-silence':
    'The host is silent, but no ARP was asked on the way to every address, so a firewall or a ban of this peer looks the same; prove it by other means.',
  'never-met':
    'The host is silent, and this peer never had to do with it: an address that nobody has is as silent; check the address.',
  'silence-too-short':
    'The host is silent, but the time was too short for silence to count; ask again with a longer sshTimeoutSec.',
  'peer-isolated':
    'No witness answers on the way to every address, so this peer may be the isolated one; check its network or ask another peer.',
  'name-not-resolved':
    'The name of the host does not resolve on this peer; send an address instead.',
  'own-network-trouble':
    'The network of this peer failed, which says nothing about the host; ask another peer.',
  'credentials-unusable':
    'This peer has no usable key or password for the host; configure one or send one.',
  'journal-failed':
    'This peer could not write its journal; check the disk of the peer or ask another peer.',
  'deadline-passed':
    'The time was up before anything was proven; ask again with a longer sshTimeoutSec.',
  'shutting-down': 'This peer shut down before anything was proven; ask another peer.',
  'called-off':
    'The agent that passed this fence on ended its own first, so nothing more was begun here; ask again.',
  interrupted: 'This peer ended in the middle of the fence, so nothing was proven; ask again.',
  'verdict-expired':
    'The verdict could not be delivered in time and may no longer hold; ask again.',
  'internal-error': 'A bug in this peer ended the fence; ask another peer and report the fenceId.',
}
