# Processes whose arguments cannot be read.
# shellcheck shell=bash
# A process without arguments: a kernel thread, a zombie, one that hides its title, or a qemu whose
# leader or whose memory map has gone while another of its tasks still writes.
judge_voiceless() {
	local pid=$1 dir=/proc/$1 task tasks qemu_like=0
	if ! read_stat "$dir/stat"; then
		if is_listed "$dir"; then note_unreadable "$pid"; fi
		return
	fi
	((st_flags & KTHREAD_FLAG)) && return
	local comm=$st_comm start=$st_start key=$pid:$st_start
	# Known by pid and start time from when it had a voice; how it is now is looked at with its VM.
	[[ -n ${group_vm[$key]-} ]] && return
	is_qemu_task_name "$comm" && qemu_like=1
	judge_group "$pid" "$start"
	[[ $group_end == living ]] || return
	list_matches "$dir/task/[0-9]*"
	tasks=("${matches[@]}")
	for task in "${tasks[@]}"; do
		if read_argv "$task/cmdline" && ((${#argv[@]} > 0)); then
			judge_voiced "$pid" "$task" task-argv
			return
		fi
		if read_stat "$task/stat" && is_qemu_task_name "$st_comm"; then qemu_like=1; fi
	done
	attribute_by_libvirt "$pid" "${tasks[@]}"
	if [[ -n ${vm_known[${owner:-none}]-} ]]; then
		note_group "$owner" "$pid" "$owner_by"
		return
	fi
	[[ -n $owner ]] && return
	((owner_is_qemu)) && qemu_like=1
	runs_qemu_program "$dir" && qemu_like=1
	((qemu_like)) || return
	scan_unattributable=$((scan_unattributable + 1))
	note_doubtful any unattributable "$pid" "$comm"
}
