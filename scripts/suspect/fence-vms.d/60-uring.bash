# Observer: requests that outlive the process, because the kernel or a device works at them alone (io_uring, sg).
# shellcheck shell=bash

# vm_uring: none, seen, not-known; nothing while nobody has looked. vm_outlives: it may have requests of another
# kind that outlive it. vm_drained: nothing until somebody has looked after its end.
declare -A vm_uring=() vm_outlives=() vm_drained=()

uring_before_kill() {
	local vm=$1 pid=$2 map word=none
	if ! read_argv "$PROC/$pid/cmdline" || ((${#argv[@]} == 0)); then
		note_worst vm_uring "$vm" not-known seen not-known none
		return
	fi
	# A ring that is busy prints nothing in fdinfo; its memory shows in any case.
	map=()
	mapfile -t map <"$PROC/$pid/maps"
	((${#map[@]} > 0 && ${#fd_numbers[@]} > 0)) || word=not-known
	if [[ ${argv[*]} == *io_uring* || ${map[*]-} == *'[io_uring]'* ]] || ((fd_ring)); then
		word=seen
		# Once: a later look could take the ring of a VM that is dead by then for somebody else's.
		((ring_workers_noted)) || note_ring_workers
	fi
	note_worst vm_uring "$vm" "$word" seen not-known none
}

# Whether everything the VM wrote has arrived, in vm_drained; fails while it is worth looking again.
uring_settled() {
	local vm=$1 watch
	vm_drained[$vm]=not-needed
	[[ ${vm_uring[$vm]-} == none && -z ${vm_outlives[$vm]-} ]] && return 0
	watch_devices "$vm"
	watch=${vm_watch[$vm]}
	if ((${watch_busy[$watch]} < 0 || ${watch_uncounted[$watch]})); then
		vm_drained[$vm]=not-visible
	elif ((${watch_busy[$watch]} == 0)); then
		vm_drained[$vm]=yes
	elif ((${watch_hung[$watch]} == 0 && clock_ms - vm_ended_ms[$vm] >= MOVING_MS_MIN)); then
		vm_drained[$vm]=moving
		[[ -z ${vm_uring[$vm]-} ]] || return 1
	else
		vm_drained[$vm]=no
		return 1
	fi
	if ring_is_ending "$vm"; then
		vm_drained[$vm]=ending
		return 1
	fi
}

uring_report() {
	local vm=$1 drained=${vm_drained[$1]-not-looked} devices=${vm_told[$1]-all}
	[[ $drained == not-needed || $drained == not-looked ]] && devices=$drained
	say "uring state=${vm_uring[$vm]-not-looked} drained=$drained devices=$devices"
}

# The ring of a process that has gone is taken down by a worker of the kernel, which ends when the last
# request of it has: also one that no device counts, because it waits for a path or in a network's
# client. Seen from the host's own pid namespace only, so that finding none proves nothing.
ring_workers=()
list_ring_workers() {
	local dir name wchan
	ring_workers=()
	list_matches "$PROC/[0-9]*"
	for dir in ${matches+"${matches[@]}"}; do
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
	for pid in ${ring_workers+"${ring_workers[@]}"}; do ring_workers_before[$pid]=1; done
}

# Whether a ring is being taken down that may be the VM's. Where nobody knows what the VM had, any may.
ring_is_ending() {
	local vm=$1 pid
	((ring_workers_round == round)) || list_ring_workers
	ring_workers_round=$round
	for pid in ${ring_workers+"${ring_workers[@]}"}; do
		[[ ${vm_uring[$vm]-not-known} == not-known || -z ${ring_workers_before[$pid]-} ]] && return 0
	done
	return 1
}
