# One VM's frame of the report.
# shellcheck shell=bash
say_qemu() {
	local key=$1 task stuck=() others=() listed
	judge_group "${key%:*}" "${key#*:}"
	for task in "${group_tasks[@]}"; do
		if [[ $task == *' D '* ]]; then stuck+=("$task"); else others+=("$task"); fi
	done
	# Tasks in uninterruptible sleep first: they are why it lives.
	listed=("${stuck[@]}" "${others[@]}")
	# An old bash takes a part of nothing for a mistake.
	((${#listed[@]} <= TASKS_LISTED_MAX)) || listed=("${listed[@]:0:TASKS_LISTED_MAX}")
	say "qemu pid=${key%:*} start=${key#*:} by=${group_by[$key]} seen=${group_seen[$key]}" \
		"kill=${group_kill[$key]} end=$group_end after_ms=${group_after_ms[$key]} tasks=${#listed[@]}"
	for task in "${listed[@]}"; do
		# shellcheck disable=SC2086 # four words, made by make_word
		set -- $task
		say "task tid=$1 state=$2 wchan=$3 comm=$4"
	done
}

report_vm() {
	local vm=$1 key living=0 newcomers=0 first=$lines_said one doubtful=0
	say "vm uuid=$vm"
	for key in ${vm_groups[$vm]-}; do
		say_qemu "$key"
		[[ $group_end == living ]] || continue
		living=$((living + 1))
		[[ ${group_seen[$key]} == after-kill ]] && newcomers=$((newcomers + 1))
	done
	for one in "${scan_doubtful[@]}"; do
		[[ $one == "$vm "* || $one == 'any '* ]] || continue
		((doubtful++ < DOUBTFUL_LISTED_MAX)) && say "${one#* }"
	done
	say "scan processes=$scan_processes living=$living newcomers=$newcomers" \
		"unattributable=$scan_unattributable ambiguous=${vm_ambiguous[$vm]} unreadable=$scan_unreadable hold=${vm_hold[$vm]-cut}"
	judge_supervisor "$vm"
	say "supervisor $supervised"
	report_observers "$vm"
	judge_virsh "$vm"
	say "virsh state=$ret_word"
	report_quarantine "$vm" "$((living + doubtful))" "$ret_word"
	say "pgrep state=$pgrep_state"
	say "vm-end uuid=$vm lines=$((lines_said - first + 1))"
}

say_end() {
	say "end lines=$((lines_said + 1))"
	tell
	exit 0
}
