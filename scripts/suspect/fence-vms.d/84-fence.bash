# From the first scan to the last report line.
# shellcheck shell=bash
# Whether the last scan leaves a doubt about this VM that a moment may take away: an exit of some
# other qemu, a process that was just starting.
is_dirty() { ((scan_unattributable + scan_unreadable + vm_ambiguous[$1] > 0)); }

# One VM's next step; reports it when nothing more can be learnt in time.
advance_vm() {
	local vm=$1 last_call=$2
	if ((!last_call)); then
		poll_vm "$vm" || return
		[[ -n ${vm_ended_ms[$vm]-} ]] || vm_ended_ms[$vm]=$clock_ms
		((clock_ms - vm_ended_ms[$vm] >= hold_ms)) || return
		vm_hold[$vm]=kept
		drain_io "$vm" && drain_sockets "$vm" && await_flush "$vm" || return
	fi
	if ((!scan_fresh)); then
		scan_all after-kill
		judge_pgrep
		scan_fresh=1
	fi
	if ((!last_call)) && is_dirty "$vm"; then
		[[ -n ${vm_dirty_ms[$vm]-} ]] || vm_dirty_ms[$vm]=$clock_ms
		((clock_ms - vm_dirty_ms[$vm] < DIRTY_SCAN_MS_MAX)) && return
	fi
	poll_vm "$vm"
	report_vm "$vm"
}

note_io() {
	local vm=$1 pid=$2
	read_descriptors "$pid"
	note_uring "$vm" "$pid"
	note_storage "$vm" "$pid"
	note_sockets "$vm" "$pid"
	# It spoke to somebody over the network itself: to its storage, perhaps.
	[[ ${vm_sockets[$vm]} == seen ]] && note_kind "$vm" user-space
	[[ ${vm_sockets[$vm]} == not-known ]] && note_kind "$vm" not-known
}

kill_found() {
	local key uring=0
	for key in "${groups[@]}"; do
		[[ ${group_kill[$key]} == not-sent ]] || continue
		note_io "${group_vm[$key]}" "${key%:*}"
		[[ ${vm_uring[${group_vm[$key]}]} == seen ]] && uring=1
	done
	# Once: a later look could take the ring of a VM that is dead by then for somebody else's.
	((uring && !ring_workers_noted)) && note_ring_workers
	for key in "${groups[@]}"; do
		[[ ${group_kill[$key]} == not-sent ]] && kill_group "$key"
	done
}

fence_all() {
	read_clock
	started_ms=$clock_ms
	scan_by_name
	kill_found
	scan_all before-kill
	kill_found
	assume_page_cache
	start_beside
	finish_fence
}

# From the kill to the last line of the report.
finish_fence() {
	local vm nap_ms=1 left=${#vms[@]} last_call=0
	while ((left > 0)); do
		read_clock
		((clock_ms >= deadline_ms)) && last_call=1
		hear_beside
		scan_fresh=0 ring_workers_fresh=0
		for vm in "${vms[@]}"; do
			[[ -n ${vm_reported[$vm]-} ]] && continue
			advance_vm "$vm" "$last_call"
			[[ -n ${vm_reported[$vm]-} ]] && left=$((left - 1))
		done
		((left > 0)) || break
		nap "$nap_ms"
		nap_ms=$((nap_ms * 2 < NAP_MS_MAX ? nap_ms * 2 : NAP_MS_MAX))
	done
	stop_beside
	say_end
}
