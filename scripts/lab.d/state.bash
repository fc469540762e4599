# shellcheck shell=bash
# lab state HOST STATE: what a host looks like when something is wrong with it. Teardown undoes all of it.
#
#   hang-storage [UUID]   freeze the host's storage, wait until the VM hangs in it    thaw-storage
#   libvirtd-stop         not running; its VMs stay                                   libvirtd-start
#   libvirtd-hang         SIGSTOP: accepts and never answers                          libvirtd-resume
#   sshd-stop             no listener; open sessions stay                             sshd-start
#   sshd-hang             SIGSTOP of the listener: connects, no banner                sshd-resume
#   sshd-cut              every open session is killed; the listener stays
#   qemu-stop UUID        SIGSTOP of the VM's qemu                                    qemu-resume UUID
#   respawner UUID MS     starts the VM (an orphan) again, MS after each of its ends  no-respawner
#   zombie-qemu UUID      a dead qemu whose parent never waits; prints its pid        (host down)
#   no-pgrep, no-virsh    the program is missing (pkill is pgrep under another name)  with-pgrep, with-virsh
#   no-program NAME       the same for any program in /usr/bin                        with-program NAME
#   hidepid               a user sees only its own processes                          no-hidepid
#   fork-limit N          a shell that root opens by ssh can have N processes more    no-fork-limit
#   login-shell USER PATH the user's shell: /bin/dash, /usr/sbin/nologin, /bin/true   login-shell USER /bin/bash
#   noisy-login USER      profiles print: with and without newline, stdout and stderr quiet-login USER
# and of its network, which add up until net-ok:
#   drop                  silence: no answer to anything, ARP neither
#   drop-ip               the same, but ARP answers
#   drop-ssh              TCP port 22 only
#   reject-rst            TCP is reset; ping answers
#   reject-prohibited     TCP is answered with icmp host-prohibited; ping answers
#   no-icmp               no answer to ping
#   loss N                of all packets, in and out, every Nth is lost
#   link-down             no carrier                                                  link-up

dispatch_state() {
	[[ ${1-} == list ]] && {
		sed -n 's/^#   //p' "$lab_parts/state.bash"
		return
	}
	select_host "$@"
	local host=$1 state=${2-} argument=${3-}
	shift 2 || fail_usage "no state named"
	case $state in
	hang-storage) hang_storage "$host" "$argument" ;;
	thaw-storage) thaw_storage ;;
	libvirtd-stop | sshd-stop) stop_daemon "${state%-stop}" ;;
	libvirtd-start) start_libvirtd ;;
	sshd-start) start_sshd ;;
	sshd-cut) cut_sessions ;;
	libvirtd-hang | sshd-hang) signal_daemon STOP "${state%-hang}" ;;
	libvirtd-resume | sshd-resume) signal_daemon CONT "${state%-resume}" ;;
	qemu-stop) signal_qemu STOP "$host" "$argument" ;;
	qemu-resume) signal_qemu CONT "$host" "$argument" ;;
	respawner) start_respawner "$host" "$argument" "${2-}" ;;
	no-respawner) stop_respawner ;;
	zombie-qemu) make_zombie "$argument" ;;
	no-pgrep | no-virsh) hide_program "${state#no-}" ;;
	with-pgrep | with-virsh) unhide_program "${state#with-}" ;;
	no-program) hide_program "$argument" ;;
	with-program) unhide_program "$argument" ;;
	hidepid) enter_host mount -o remount,hidepid=2 /proc ;;
	no-hidepid) enter_host mount -o remount,hidepid=0 /proc ;;
	fork-limit) limit_forks "$argument" ;;
	no-fork-limit) unlimit_forks ;;
	login-shell) enter_host usermod --shell "${2-}" "$argument" ;;
	noisy-login) make_login_noisy "$argument" ;;
	quiet-login) make_login_quiet "$argument" ;;
	drop | drop-ip | drop-ssh | reject-rst | reject-prohibited | no-icmp) "filter_${state//-/_}" ;;
	loss) filter_loss "$argument" ;;
	net-ok) clear_filter && set_link up ;;
	link-down | link-up) set_link "${state#link-}" ;;
	*) fail_usage "unknown state: $state; lab state list tells them" ;;
	esac
}
