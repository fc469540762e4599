# What may outlive a qemu, and who watches it. An observer has three verbs: NAME_before_kill VM PROCESS, NAME_settled VM
# (fails while it is worth looking again) and NAME_report VM, which says its line. It has no way to kill. What it has
# not looked at it has no word for: a word is kept only by the look that saw it, and the report of none is `not-looked`.
# shellcheck shell=bash
# The helpers come before the devices and connections that they may still be at work with.
observers=(helpers uring storage sockets page_cache)

# Of several processes of a VM the worst counts: MAP VM WORD, and the words of that map, the worst first.
note_worst() {
	local key="$1[$2]" one
	for one in "${@:4}"; do
		[[ $one == "$3" || $one == "${!key-}" ]] && break
	done
	printf -v "$key" %s "$one"
}

# How often a few were looked at together: what is read of the host for one of them serves the others.
few_number=0 observed_helper=''
observe_before_kill() {
	local vm=$1 process=$2 observer
	# Of a dying qemu whose leader has given everything back, another task may still have it.
	read_descriptors "$process"
	if ((!fd_whole)); then
		find_task_with_files "$process" && process=$task_with_files
		read_descriptors "$process"
	fi
	observe_process "$vm" "$process" "${observers[@]:1}"
	helpers_before_kill "$vm" "$process"
}

# One process whose descriptors were read.
observe_process() {
	local vm=$1 process=$2 observer
	judge_descriptors "$process"
	read_argv "$PROC/$process/cmdline"
	read_disks
	for observer in "${@:3}"; do "${observer}_before_kill" "$vm" "$process"; done
}

# Below /proc, in task_with_files.
task_with_files=''
find_task_with_files() {
	local dirs dir
	list_matches "$PROC/$1/task/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		list_matches "$dir/fdinfo/*"
		task_with_files=${dir#"$PROC/"}
		((${#matches[@]} == 0)) || return 0
	done
	return 1
}

# All of them are asked, so that none reports what it did not look at because another one waits.
observers_settled() {
	local vm=$1 observer status=0
	for observer in "${observers[@]}"; do "${observer}_settled" "$vm" || status=1; done
	return "$status"
}

report_observers() {
	local observer
	for observer in "${observers[@]}"; do "${observer}_report" "$1"; done
}
