# shellcheck shell=bash
# Ground truth, from outside the hosts: the lab's own /proc shows every task of every host. Read with builtins only, so
# that an answer about one VM takes milliseconds also beside a hundred others.

# Prints "pid tid state wchan comm" for each task of the VM's qemus (of all VMs of the host without a uuid) that is
# neither Z nor X. A qemu belongs to the VM when it was started as its, whatever has become of it, or when it says so.
print_living_tasks() {
	select_host "$@"
	local pid start uuid='' living=1
	local -A seen=()
	[[ -n ${2-} ]] && { uuid=$(normalise_uuid "$2") || exit; }
	while read -r pid start; do
		[[ -z ${seen[$pid]-} ]] || continue
		is_process "$pid" "$start" || continue
		seen[$pid]=yes
		print_tasks "$pid" && living=0
	done < <(
		# shellcheck disable=SC2086 # without a uuid, all of them
		cat "$host_dir/vms/"${uuid:-*}/processes 2>/dev/null
		list_claimants "$uuid"
	)
	return "$living"
}

# True when there is a living task.
print_tasks() {
	local task wchan living=1
	for task in "/proc/$1/task"/*; do
		read_stat "$task" || continue
		[[ $stat_state == [ZX] ]] && continue
		wchan=''
		read -r wchan <"$task/wchan"
		printf '%s %s %s %s %s\n' "$1" "${task##*/}" "$stat_state" "${wchan:-0}" "$stat_name"
		living=0
	done 2>/dev/null
	return "$living"
}

# read_stat DIRECTORY: sets stat_name, stat_state and stat_start from a process's or a task's stat. The name may hold
# anything, so count from its last parenthesis: the state is field 3, the start time field 22.
read_stat() {
	local text='' fields
	IFS= read -r -d '' text 2>/dev/null <"$1/stat"
	[[ -n $text ]] || return 1
	stat_name=${text#*(}
	stat_name=${stat_name%)*}
	read -ra fields <<<"${text##*) }"
	stat_state=${fields[0]}
	stat_start=${fields[19]}
}

# is_process PID START-TIME: it is still that process and not another with its number.
is_process() {
	read_stat "/proc/$1" && [[ $stat_start == "$2" ]]
}

# "pid start-time" of each process on the host with a task whose argv is a qemu's with this -uuid (any, without one).
# Each task is asked: a process whose leader has exited has no command line, its threads still do.
list_claimants() {
	local task words i
	while read -r task; do
		[[ ${task%/task/*}/ns/pid -ef /proc/$host_init/ns/pid || ${task%/cmdline}/ns/pid -ef /proc/$host_init/ns/pid ]] || continue
		mapfile -d '' words <"$task"
		[[ ${words[0]-} == *qemu-* ]] || continue
		for ((i = 1; i < ${#words[@]} - 1; i++)); do
			[[ ${words[i]} == -uuid && ${words[i + 1],,} == "${1:-${words[i + 1],,}}" ]] || continue
			task=${task%/task/*}
			read_stat "$task" && printf '%s %s\n' "${task##*/}" "$stat_start"
		done
	done < <(grep -lisF -e "${1:--uuid}" /proc/[0-9]*/task/[0-9]*/cmdline) 2>/dev/null
}
