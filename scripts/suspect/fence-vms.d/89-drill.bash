# A fire drill: a canary of our own that bears the VM's uuid as a qemu would is killed by the whole of a fence.
# It reads what nobody writes, so that it ends by itself within a minute, and at once with the program.
# shellcheck shell=bash
canary_fds=()
start_canary() {
	local fd tries
	has_fork_room || return
	in_fork=1
	exec {fd}> >(exec -a qemu-kvm bash --noprofile --norc -p -c 'read -r -t 60' qemu-kvm -uuid "$1")
	in_fork=0
	canary_fds+=("$fd")
	# Until it is what it pretends to be.
	for ((tries = 0; tries < 100; tries++)); do
		read_argv "/proc/$!/cmdline" && [[ ${argv[0]-} == qemu-kvm ]] && return
		nap 10
	done
}

# Whatever bears one of these uuids before there is a canary is not ours to kill.
drill_all() {
	local vm
	scan_all before-kill
	if ((${#groups_unkilled[@]} > 0)); then
		say 'fail why=not-a-canary'
		tell
		exit 3
	fi
	for vm in "${vms[@]}"; do start_canary "$vm"; done
	fence_all
}
