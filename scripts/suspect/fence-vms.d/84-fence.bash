# From the first scan to the last report line.
# shellcheck shell=bash
fence_all() {
	read_clock
	started_ms=$clock_ms
	set_quarantine
	scan_pid_files
	kill_found
	scan_by_name
	kill_found
	scan_all before-kill
	kill_found
	plan_flushes
	start_beside
	finish_fence
}

# Has the observers look at a few before they are killed, then kills them: the kernel takes down the one
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
	local key
	few_number=$((few_number + 1))
	for key in "$@"; do
		# What would block is not looked at: it stays not looked at.
		[[ -n ${stuck_groups[$key]-} ]] || observe_before_kill "${group_vm[$key]}" "${key%:*}"
		note_supervisor "$key"
	done
	for key in "$@"; do [[ -n ${vm_spared[${group_vm[$key]}]-} ]] || kill_group "$key"; done
}
