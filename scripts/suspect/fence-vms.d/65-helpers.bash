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
