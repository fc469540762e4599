# Ends the qemu of the VMs it is told about, and reports what is left of them. It has no word for
# "dead": the peer decides. `scripts/build` joins this file and its parts in fence-vms.d to one
# program, which travels over the stdin of `bash -s`, or is installed behind an SSH forced command: its
# stdin is then the word of whoever holds the key.
#
# stdin   the request: key=value lines, of which `vm` come when the program has answered the line `ready`,
#         closed by the line `go`. Stdin stays open afterwards; its end means that the peer is gone, and
#         the program stops where it stands, as at anything after `go`.
# stdout  the report: lines `PF1 NONCE COUNT KIND key=value...`, closed by KIND `end`. README.md in
#         this folder has the grammar.
# stderr  why a request was refused.
# exit    0 the report is complete; 3 it is not; 4 the peer went away or broke the protocol.
#
# Rules: the kill and its proof use shell builtins and /proc only, so that they work on a host that
# cannot fork. A process is the VM's only if its arguments, split at NULs, say so. Identity is pid
# plus start time. Gone means every task of the thread group. Nothing of a VM is ever in an argument.
# shellcheck shell=bash

main() {
	local vm
	read_request
	# What bash itself has to say from here on is for nobody.
	exec 2>/dev/null
	say "begin version=$PROTOCOL action=$action vms=${#vms[@]}"
	if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < BASH_MIN)); then
		say "too-old bash=${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]} needs=$((BASH_MIN / 100)).$((BASH_MIN % 100))"
		tell
		exit 3
	fi
	# Out of memory must not end the one process that can still tell. Best effort: it needs a capability.
	printf '%d' -900 >"$PROC/self/oom_score_adj"
	set_deadlines
	say_host
	say_view
	tell
	list_qemu_programs
	read_open_flags
	# Where it is known beforehand that no proof can follow, nothing is looked at and nothing is killed.
	if ! may_touch_host || { ! is_look && ! sees_whole_host; }; then
		for vm in "${vms[@]}"; do
			vm_ambiguous[$vm]=0
			report_vm "$vm"
		done
	elif is_look; then
		look_all
	elif [[ $action == drill ]]; then
		drill_all
	else
		fence_all
	fi
	say_end
}

started_ms=0
trap survive_refused_fork EXIT
main "$@"
