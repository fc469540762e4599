# Reading arguments costs nothing, or all the time there is: the file blocks for ever where a task of that process hangs
# with its memory locked, and where the page is on a disk that hangs. So a fork reads ahead of the program,
# and says of each process that it came back from it.
# shellcheck shell=bash
reader_fd='' reader='' no_more_forks=0

# Whoever is asked to read these may be stuck in one of them, and then is left behind. It says of `each` that it is
# behind it, or only that it has come to the end of `all`: to say a word costs more than to read.
start_reader() {
	local pid=''
	end_reader
	((no_more_forks)) && return 1
	if ! has_fork_room; then return 1; fi
	in_fork=reader
	exec {reader_fd}< <(read_ahead "$@")
	in_fork=0
	read -r -u "$reader_fd" pid || return
	# One that has gone already said all that it had to say.
	note_process "$pid" && reader=$process
	return 0
}

read_ahead() {
	local dir
	echo "$BASHPID"
	for dir in "${@:2}"; do
		read_argv "$dir/cmdline"
		[[ $1 == all ]] || echo "$dir" || exit
	done
	echo all
}

end_reader() {
	[[ -n $reader_fd ]] && exec {reader_fd}<&-
	[[ -n $reader ]] && end_process "$reader"
	reader_fd='' reader=''
}

# Whether the reader has said this word, which it is waited for as long as it works or gets no processor. One that
# sleeps is stuck.
has_read() {
	local said='' asleep=0
	while ((asleep < READER_LOOKS)); do
		if read -r -t "$READER_LOOK_SEC" -u "$reader_fd" said; then
			[[ $said == "$1" ]]
			return
		fi
		read_stat "$PROC/${reader%:*}/stat" && [[ $st_start == "${reader#*:}" && $st_state == R ]] || asleep=$((asleep + 1))
	done
	return 1
}

# Takes out of `to_read` what blocks its readers, and judges that without them. Without a fork everything is read, and so
# is what is left when there is no further one: what cannot be read ahead is not passed over.
read_all_ahead() {
	local i dir readable=()
	start_reader all "${to_read[@]}" || return
	if has_read all; then
		end_reader
		return
	fi
	start_reader each "${to_read[@]}" || return
	for ((i = 0; i < ${#to_read[@]}; i++)); do
		dir=${to_read[i]}
		if has_read "$dir"; then
			readable+=("$dir")
			continue
		fi
		judge_stuck "${dir##*/}"
		# What comes behind so many is not read, and one that is not is enough of a doubt.
		if ((++stuck_here == STUCK_MAX)); then
			note_unreadable "${dir##*/}"
			break
		fi
		if ! start_reader each "${to_read[@]:i+1}"; then
			readable+=("${to_read[@]:i+1}")
			break
		fi
	done
	end_reader
	to_read=("${readable[@]}")
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
