# Processes whose arguments cannot be read.
# shellcheck shell=bash
# A process without arguments: a kernel thread, a zombie, one that hides its title, or a qemu whose
# leader or whose memory map has gone while another of its tasks still writes.
judge_without_arguments() {
	local pid=$1 dir=$PROC/$1 task tasks is_doubt=0
	if ! read_stat "$dir/stat"; then
		if is_listed "$dir"; then note_unreadable "$pid"; fi
		return
	fi
	((st_flags & KTHREAD_FLAG)) && return
	local comm=$st_comm start=$st_start key=$pid:$st_start
	# Known by pid and start time from when it had arguments; how it is now is looked at with its VM.
	[[ -n ${group_vm[$key]-} ]] && return
	is_qemu_task_name "$comm" && is_doubt=1
	judge_group "$pid" "$start"
	[[ $group_end == living ]] || return
	list_matches "$dir/task/[0-9]*"
	tasks=("${matches[@]}")
	for task in "${tasks[@]}"; do
		if read_argv "$task/cmdline" && ((${#argv[@]} > 0)); then
			judge_by_arguments "$pid" "$task" task-argv
			return
		fi
		read_stat "$task/stat" || continue
		is_qemu_task_name "$st_comm" && is_doubt=1
		# What is exiting has lost its arguments, whatever it was: a name that it chose itself tells nothing.
		[[ $st_state != [ZXx] ]] && ((st_flags & EXITING_FLAG)) && is_doubt=1
	done
	attribute_by_libvirt "$pid" "${tasks[@]}"
	if [[ -n ${vm_known[${owner:-none}]-} ]]; then
		note_group "$owner" "$pid" "$owner_by"
		return
	fi
	[[ -n $owner ]] && return
	((owner_is_qemu)) && is_doubt=1
	runs_qemu_program "$dir" && is_doubt=1
	((is_doubt)) && note_unattributable "$pid" "$comm"
}
