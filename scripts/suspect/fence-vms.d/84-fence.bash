# From the first scan to the last report line.
# shellcheck shell=bash
fence_all() {
	read_clock
	started_ms=$clock_ms
	scan_pid_files
	kill_found
	scan_by_name
	kill_found
	scan_all before-kill
	kill_found
	assume_page_cache
	start_beside
	finish_fence
}

# Notes what can be read of a few before they are killed, then kills them: the kernel takes down the one
# while the next is read.
kill_found() {
	local few
	while ((${#groups_unkilled[@]} > 0)); do
		few=("${groups_unkilled[@]:0:KILLED_AT_ONCE}")
		groups_unkilled=("${groups_unkilled[@]:KILLED_AT_ONCE}")
		kill_few "${few[@]}"
	done
}

kill_few() {
	local key uring=0 theirs=()
	for key in "$@"; do
		note_io "${group_vm[$key]}" "${key%:*}"
		theirs+=("${group_vm[$key]}")
		[[ ${vm_uring[${group_vm[$key]}]} == seen ]] && uring=1
	done
	note_connections "${theirs[@]}"
	# Once: a later look could take the ring of a VM that is dead by then for somebody else's.
	((uring && !ring_workers_noted)) && note_ring_workers
	for key in "$@"; do kill_group "$key"; done
}

note_io() {
	read_descriptors "$2"
	note_uring "$1" "$2"
	note_storage "$1" "$2"
	note_descriptors_of_sockets "$1" "$2"
}

# A VM that spoke to somebody over the network itself did so to its storage, perhaps.
note_connections() {
	local vm
	note_sockets "$@"
	for vm in "$@"; do
		[[ ${vm_sockets[$vm]} == seen ]] && note_kind "$vm" user-space
		[[ ${vm_sockets[$vm]} == not-known ]] && note_kind "$vm" not-known
	done
}
