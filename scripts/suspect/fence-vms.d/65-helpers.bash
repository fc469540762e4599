# Observer: programs that write for the VM, reached by a unix socket (vhost-user, NBD), by FUSE, or by a block device that
# a program serves. They serve others, too, perhaps, and are never killed.
# shellcheck shell=bash

# vm_helpers: none, or `seen` and then vm_helper_list, as "PID:START"; not-known where one is named and not found; nothing
# while nobody has looked. vm_helper_links: "NET INODE" of the connections from the qemu to them, NET:INODE.
declare -A vm_helpers=() vm_helper_list=() vm_helper_links=() vm_helpers_state=()

# After the other observers: what a helper has open counts as the VM's own.
helpers_before_kill() {
	local vm=$1 process=$2 path fuse=0 pids=()
	if ((!fd_whole || ${#argv[@]} == 0)); then
		note_helpers "$vm" not-known
		return
	fi
	note_helpers "$vm" none
	[[ +${vm_types[$vm]-}+ == *+fuse+* ]] && fuse=1
	# The state of a TPM counts where another host would start with it.
	local servers=(${disk_servers+"${disk_servers[@]}"}) tpm=(${disk_tpm+"${disk_tpm[@]}"}) own=" ${fd_inodes[*]} "
	list_block_servers "$process"
	((${#servers[@]} + ${#tpm[@]} + ${#block_servers[@]} + fuse > 0)) || return
	find_net "$process" || net=''
	for path in ${servers+"${servers[@]}"}; do
		find_server "$vm" "$path" "$own" && pids+=("$server") && continue
		note_helpers "$vm" not-known
	done
	for path in ${tpm+"${tpm[@]}"}; do
		if ! find_server "" "$path" "$own"; then
			note_helpers "$vm" not-known
		elif keeps_shared_state "$server"; then
			find_server "$vm" "$path" "$own"
			pids+=("$server")
		fi
	done
	for path in ${block_servers+"${block_servers[@]}"}; do
		if [[ $path == - ]]; then note_helpers "$vm" not-known; else pids+=("$path"); fi
	done
	if ((fuse)); then
		list_fuse_servers
		((${#fuse_servers[@]} > 0)) || note_helpers "$vm" not-known
		pids+=(${fuse_servers+"${fuse_servers[@]}"})
	fi
	for path in ${pids+"${pids[@]}"}; do note_helper "$vm" "$path"; done
}

note_helpers() { note_worst vm_helpers "$1" "$2" not-known seen none; }

# One helper, by pid and start time, and what it has open.
note_helper() {
	local vm=$1 pid=$2
	if ! read_stat "$PROC/$pid/stat"; then
		# It ended since: whatever it had, nobody has looked at it.
		note_helpers "$vm" not-known
		return
	fi
	[[ " ${vm_helper_list[$vm]-} " == *" $pid:$st_start "* ]] && return
	note_helpers "$vm" seen
	vm_helper_list[$vm]+=" $pid:$st_start"
	observed_helper=1
	read_descriptors "$pid"
	observe_process "$vm" "$pid" uring storage sockets page_cache
	observed_helper=''
}

# The unix sockets of a namespace: "STATE INODE PATH".
unix_lines=()
read_unix_lines() {
	local lines=() line fields
	unix_lines=()
	[[ -n $1 ]] && find_table "$1" unix || return 1
	mapfile -t lines <"$table_file" || return 1
	((${#lines[@]} > 0)) || return 1
	for line in "${lines[@]:1}"; do
		# shellcheck disable=SC2206
		fields=($line)
		unix_lines+=("${fields[5]-} ${fields[6]-} ${line#*"${fields[6]-} "}")
	done
}

# The pid of whoever has the other end of the qemu's connection to a socket at this path, in `server`. The connection
# is kept for the VM. Fails where there is no such connection, or nobody here has it.
server=''
find_server() {
	local vm=$1 path=$2 own=$3 line fields inode pid
	server=''
	[[ $path != - ]] && read_unix_lines "$net" || return 1
	for line in ${unix_lines+"${unix_lines[@]}"}; do
		[[ $line == 03\ *" $path" || $line == 03\ *" @$path" ]] || continue
		# shellcheck disable=SC2206
		fields=($line)
		inode=${fields[1]}
		[[ $own == *" $inode "* ]] && continue
		find_socket_owner "$inode" "$path" || continue
		server=$socket_owner
		[[ -z $vm ]] || vm_helper_links[$vm]+=" $net:$inode"
	done
	[[ -n $server ]]
}

# Who has a socket, by its inode, in `socket_owner`. All sockets are read once, and once more for one that is new; where
# the kernel does not tell inodes (before 5.14), by who names its path.
declare -A owner_of_socket=()
socket_owner='' owners_few=0
find_socket_owner() {
	socket_owner=${owner_of_socket[$1]-}
	if [[ -z $socket_owner ]] && ((owners_few != few_number)); then
		list_socket_owners
		socket_owner=${owner_of_socket[$1]-}
	fi
	[[ -n $socket_owner ]] || find_process_naming "$2"
}

list_socket_owners() {
	local dir dirs file files lines pid
	owners_few=$few_number
	list_matches "$PROC/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		pid=${dir##*/}
		[[ $pid == "$$" ]] && continue
		list_matches "$dir/fdinfo/*"
		files=(${matches+"${matches[@]}"})
		for file in ${files+"${files[@]}"}; do
			lines=()
			mapfile -t -n 5 lines <"$file"
			[[ ${lines[3]-} == ino:*[0-9] && ${lines[4]-} == scm_fds:* ]] || continue
			owner_of_socket[${lines[3]##*[!0-9]}]=$pid
		done
	done
}

find_process_naming() {
	local dir dirs
	socket_owner=''
	list_matches "$PROC/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		[[ ${dir##*/} == "$$" ]] && continue
		read_words "$dir/cmdline" || continue
		is_qemu_name "${words_read[0]##*/}" && continue
		[[ " ${words_read[*]} " == *[\ =:,]"$1"[\ ,]* ]] && socket_owner=${dir##*/}
	done
	[[ -n $socket_owner ]]
}

# The programs behind block devices of the process, in block_servers.
block_servers=()
list_block_servers() {
	local i
	block_servers=()
	for i in ${fd_types+"${!fd_types[@]}"}; do
		[[ ${fd_types[i]} == block ]] || continue
		find_block_name "$1" "$PROC/$1/fd/${fd_numbers[i]}"
		[[ -n $block_name ]] || continue
		list_stack "$SYS/class/block/${block_name//\//!}"
		block_servers+=(${stack_servers+"${stack_servers[@]}"})
	done
}

# Whoever has /dev/fuse open serves a file system, perhaps the one that the VM's image lies on.
fuse_servers=()
list_fuse_servers() {
	local dir dirs file files lines mount
	fuse_servers=()
	list_matches "$PROC/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		list_matches "$dir/fdinfo/*"
		files=(${matches+"${matches[@]}"})
		for file in ${files+"${files[@]}"}; do
			lines=()
			mapfile -t -n 3 lines <"$file"
			mount=${lines[2]-}
			# To look at what lies in memory waits for no storage.
			[[ ${mount_type[${mount##*[!0-9]}]-} == @(devtmpfs|tmpfs) && $dir/fd/${file##*/} -ef $PROC/${dir##*/}/root/dev/fuse ]] || continue
			fuse_servers+=("${dir##*/}")
			break
		done
	done
}

# Whether swtpm keeps its state where other hosts may read it.
keeps_shared_state() {
	local word value_of=''
	read_words "$PROC/$1/cmdline" || return 0
	for word in "${words_read[@]}"; do
		if [[ $value_of == --tpmstate ]]; then
			make_plain "$word"
			find_value dir || return 0
			find_mount_of_path "$found" || return 0
			is_shared_type "${mount_type[$path_mount]}"
			return
		fi
		value_of=$word
	done
	return 0
}

# The arguments of another process than the one that is being judged.
words_read=()
read_words() {
	local argv=()
	words_read=()
	read_argv "$1" && ((${#argv[@]} > 0)) && words_read=("${argv[@]}")
}

# A helper has settled when the connection is closed at its end, too, and it has gone or none of its tasks waits for a
# disk; what it has open is then watched as long as it lives.
helpers_settled() {
	local vm=$1 helper
	case ${vm_helpers[$vm]-} in
	none | not-known)
		vm_helpers_state[$vm]=${vm_helpers[$vm]}
		return 0
		;;
	'')
		# Nobody knows whether it had one. One that hangs may be its own.
		vm_helpers_state[$vm]=not-looked
		! some_helper_hangs || { vm_helpers_state[$vm]=pending && return 1; }
		return 0
		;;
	esac
	vm_helpers_state[$vm]=pending
	are_links_closed "$vm" || return 1
	for helper in ${vm_helper_list[$vm]}; do
		judge_group "${helper%:*}" "${helper#*:}"
		[[ $group_end == living ]] || continue
		[[ " ${group_tasks[*]}" != *' D '* && " ${group_tasks[*]}" != *' ? '* ]] || return 1
		[[ -z ${vm_devices[$vm]-} ]] || vm_outlives[$vm]=1
	done
	vm_helpers_state[$vm]=settled
}

helpers_report() { say "helpers state=${vm_helpers_state[$1]-not-looked} policy=$helpers"; }

# Once in a round for each namespace.
declare -A links_round=() link_open=()
are_links_closed() {
	local link net line fields
	for link in ${vm_helper_links[$1]-}; do
		net=${link%:*}
		if [[ ${links_round[$net]-} != "$round" ]]; then
			read_unix_lines "$net" || return 1
			links_round[$net]=$round
			for line in ${unix_lines+"${unix_lines[@]}"}; do
				# shellcheck disable=SC2206
				fields=($line)
				link_open["$net:${fields[1]} $round"]=1
			done
		fi
		[[ -z ${link_open["$link $round"]-} ]] || return 1
	done
}

# Whether a program that is known to write for VMs has a task that waits for a disk.
helpers_round=0 helper_hangs=0
some_helper_hangs() {
	local dir dirs name
	((helpers_round == round)) && return "$((!helper_hangs))"
	helpers_round=$round helper_hangs=0
	list_matches "$PROC/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		name=''
		read -r name <"$dir/comm"
		[[ $name == @(qemu-nbd|qemu-storage-da*|virtiofsd|vhost-user-*|nbdkit|reactor_*|spdk*|vhost) ]] || continue
		read_stat "$dir/stat" || continue
		judge_group "${dir##*/}" "$st_start"
		[[ " ${group_tasks[*]-}" == *' D '* ]] && helper_hangs=1
	done
	return "$((!helper_hangs))"
}
