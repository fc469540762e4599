# I/O that outlives the process: io_uring.
# shellcheck shell=bash
# Before the kill: whether this qemu has an io_uring, by its arguments or its descriptors.
note_uring() {
	local vm=$1 pid=$2 map
	# The worst of all its groups counts.
	[[ ${vm_uring[$vm]-} == seen ]] && return
	[[ -n ${vm_uring[$vm]-} ]] || vm_uring[$vm]=none
	if ! read_argv "$PROC/$pid/cmdline" || ((${#argv[@]} == 0)); then
		vm_uring[$vm]=not-known
		return
	fi
	[[ ${argv[*]} == *io_uring* ]] && vm_uring[$vm]=seen
	# A ring that is busy prints nothing in fdinfo; its memory shows in any case.
	map=()
	mapfile -d '' map <"$PROC/$pid/maps"
	((${#map[@]} > 0)) || vm_uring[$vm]=not-known
	((${#fd_numbers[@]} > 0)) || vm_uring[$vm]=not-known
	[[ ${map[*]} == *'[io_uring]'* ]] && vm_uring[$vm]=seen
	((fd_ring)) && vm_uring[$vm]=seen
}

# The ring of a process that has gone is taken down by a worker of the kernel, which ends when the last
# request of it has: also one that no device counts, because it waits for a path or in a network's
# client. Seen from the host's own pid namespace only, so that finding none proves nothing.
ring_workers=()
list_ring_workers() {
	local dir name wchan
	ring_workers=()
	list_matches "$PROC/[0-9]*"
	for dir in "${matches[@]}"; do
		name=''
		read -r name <"$dir/comm"
		[[ $name == kworker/u* ]] || continue
		wchan=''
		IFS= read -r -d '' wchan <"$dir/wchan"
		[[ $name == *+iou_exit* || $wchan == io_ring_exit_work* ]] && ring_workers+=("${dir#"$PROC"/}")
	done
}

# Those that were at work before the kill take down rings of others.
declare -A ring_workers_before=()
ring_workers_noted=0 ring_workers_round=0
note_ring_workers() {
	local pid
	ring_workers_noted=1
	list_ring_workers
	for pid in "${ring_workers[@]}"; do ring_workers_before[$pid]=1; done
}

# Whether a ring is being taken down that may be the VM's. Where nobody knows what the VM had, any may.
ring_is_ending() {
	local vm=$1 pid
	((ring_workers_round == round)) || list_ring_workers
	ring_workers_round=$round
	for pid in "${ring_workers[@]}"; do
		[[ ${vm_uring[$vm]-not-known} == not-known || -z ${ring_workers_before[$pid]-} ]] && return 0
	done
	return 1
}
