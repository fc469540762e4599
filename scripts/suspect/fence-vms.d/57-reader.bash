# Reading arguments costs nothing, or all the time there is: the file blocks for ever where a task of that process hangs
# with its memory locked, and where the page is on a disk that hangs. So a fork reads ahead of the program,
# and says of each process that it came back from it.
# shellcheck shell=bash
reader_fd='' reader='' no_more_forks=0

# Whoever is asked to read these may be stuck in one of them, and then is left behind.
start_reader() {
	local pid=''
	end_reader
	((no_more_forks)) || ! has_fork_room && return
	in_fork=reader
	exec {reader_fd}< <(read_ahead "$@")
	in_fork=0
	read -r -u "$reader_fd" pid && note_process "$pid" && reader=$process
}

read_ahead() {
	local dir
	echo "$BASHPID"
	for dir in "$@"; do
		read_argv "$dir/cmdline"
		echo "$dir" || exit
	done
}

end_reader() {
	[[ -n $reader_fd ]] && exec {reader_fd}<&-
	[[ -n $reader ]] && end_process "$reader"
	reader_fd='' reader=''
}

# Whether the arguments of a process can be read by now without an end in sight of nobody: the reader is behind it. One
# that gets no processor is waited for, one that sleeps is stuck. Without a reader everything is read.
is_read_ahead() {
	local said='' asleep=0
	[[ -n $reader_fd ]] || return 0
	while ((asleep < READER_LOOKS)); do
		if read -r -t "$READER_LOOK_SEC" -u "$reader_fd" said; then
			[[ $said == "$1" ]]
			return
		fi
		read_stat "$PROC/${reader%:*}/stat" && [[ $st_start == "${reader#*:}" && $st_state == R ]] || asleep=$((asleep + 1))
	done
	return 1
}

# A process whose arguments block. It is somebody's for certain where libvirt says so, and else nobody knows whose: not
# read is not cleared. What is stuck is not asked again.
declare -A stuck_groups=()
judge_stuck() {
	local pid=$1 dir=$PROC/$1 key tasks
	read_stat "$dir/stat" || return
	key=$pid:$st_start
	stuck_groups[$key]=1
	[[ -z ${group_vm[$key]-} ]] || return
	list_matches "$dir/task/[0-9]*"
	tasks=("${matches[@]}")
	attribute_by_libvirt "$pid" "${tasks[@]}"
	if [[ -n ${vm_known[${owner:-none}]-} ]]; then
		argv=()
		note_group "$owner" "$pid" "$owner_by"
	elif [[ -z $owner ]]; then
		note_unreadable "$pid"
	fi
}

is_stuck() {
	local key
	read_stat "$PROC/$1/stat" || return
	key=$1:$st_start
	[[ -n ${stuck_groups[$key]-} ]]
}

# Whether a task of a process sleeps where no signal wakes it, and so may have its memory locked.
may_be_stuck() {
	local task
	list_matches "$PROC/$1/task/[0-9]*"
	for task in "${matches[@]}"; do
		read_stat "$task/stat" && [[ $st_state == D ]] && return 0
	done
	return 1
}
