# What a qemu wrote to shared storage and this host has not: its page cache outlives it.
# shellcheck shell=bash

# vm_flush: what to sync: mounts of ours by their number, block devices by their node; `-` is one that
# cannot be reached from here.
declare -A vm_page_cache=() vm_flush=() flush_result=()

# Whether other hosts may see what is written there. A block device may be a LUN, and what nobody here has
# heard of may be shared. The kernel writes a block device at its last close, before its qemu is gone, but
# only where nobody else holds it open, which cannot be seen.
is_shared_type() {
	local one
	judge_type "$1"
	[[ $type_kind == network-fs || $type_kind == user-space || $type_word == @(block|other) ]] && return 0
	for one in "${shared_types[@]}"; do
		[[ $one == "$1" ]] && return 0
	done
	return 1
}

# The worst of all descriptors of all groups counts.
note_page_cache() {
	local word
	for word in not-known may-hold-dirty none; do
		[[ $word == "$2" || $word == "${vm_page_cache[$1]-}" ]] && break
	done
	vm_page_cache[$1]=$word
}

# Before the kill: one descriptor that can write. A qemu that flushes after every write opens its image
# no other way than one that does not, so both may leave something. O_SYNC holds O_DSYNC.
note_cached_file() {
	local vm=$1 pid=$2 i=$3 type=$4 what
	((fd_flags[i] & (direct_flag | O_DSYNC))) && return
	is_shared_type "$type" || return
	note_page_cache "$vm" may-hold-dirty
	[[ $page_cache == flush ]] || return
	if [[ $type == block ]]; then
		find_block_name "$pid" "$PROC/$pid/fd/${fd_numbers[i]}"
		what=${block_name:+/dev/$block_name}
	else
		find_own_mount "${mount_device[${fd_mounts[i]}]--}"
		what=$own_mount
	fi
	[[ " ${vm_flush[$vm]-} " == *" ${what:--} "* ]] || vm_flush[$vm]+=" ${what:--}"
}

# A mount of ours that shows a file system, by its device number.
own_mount=-
find_own_mount() {
	local id
	own_mount=-
	for id in "${own_mounts[@]}"; do
		[[ ${mount_device[$id]} == "$1" ]] && own_mount=$id
	done
}

# VMs that were gone before us may have written to whatever is mounted here. One that was there and could
# not be read throughout may have held anything: what cannot be named is not flushed.
assume_page_cache() {
	local vm id shared=''
	read_own_mounts
	for id in "${own_mounts[@]}"; do
		is_shared_type "${mount_type[$id]}" && shared+=" $id"
	done
	for vm in "${vms[@]}"; do
		if [[ -n ${vm_page_cache[$vm]-} ]]; then
			[[ ${vm_page_cache[$vm]} == not-known ]] && vm_flush[$vm]+=" -"
			continue
		fi
		vm_page_cache[$vm]=none
		[[ -z $shared ]] || vm_page_cache[$vm]="not-known"
		vm_flush[$vm]+=$shared
	done
}

# In a process of its own, beside the proof: each is synced once for all VMs that had ended before.
run_flushes() {
	local vm id waiting=("${vms[@]}") later
	local -A to_sync
	# No longer than the program itself.
	while [[ -d $PROC/$$ ]] && read_clock && ((${#waiting[@]} > 0 && clock_ms < deadline_ms)); do
		later=() to_sync=()
		for vm in "${waiting[@]}"; do
			if ! poll_vm "$vm"; then
				later+=("$vm")
				continue
			fi
			for id in ${vm_flush[$vm]-}; do to_sync[$id]+=" $vm"; done
		done
		for id in "${!to_sync[@]}"; do
			flush "$id" "${to_sync[$id]}" &
		done
		waiting=("${later[@]}")
		((${#waiting[@]} == 0)) || sleep 0.05 || return
	done
}

# Storage that hangs holds the sync for as long; what can be ended of it is, with the budget.
flush() {
	local vm result=failed seconds=$(((deadline_ms - clock_ms) / 1000 + 1))
	case $1 in
	-) ;;
	/dev/*) [[ -b $1 ]] && timeout -s KILL "$seconds" sync "$1" && result="done" ;;
	*) sync_mount "$1" "$seconds" && result="done" ;;
	esac
	for vm in $2; do echo "flush $result $1 $vm"; done
}

# Syncs a file system, if its place still shows it: something else may be mounted there by now.
sync_mount() {
	local place fd line lines=() id=''
	printf -v place '%b' "${mount_point[$1]}"
	exec {fd}<"$place" || return 1
	mapfile -t lines <"$PROC/self/fdinfo/$fd"
	for line in "${lines[@]}"; do
		[[ $line == mnt_id:* ]] && id=${line##*[[:space:]]}
	done
	[[ -n $id && ${mount_device[$id]-} == "${mount_device[$1]}" ]] || return 1
	timeout -s KILL "$2" sync -f "$PROC/self/fd/$fd"
}

# Whether the flush of a VM is over, its result in vm_page_cache; fails while it is worth waiting.
await_flush() {
	local vm=$1 id result=flushed
	[[ $page_cache == flush && -n ${vm_flush[$vm]-} && ${vm_page_cache[$vm]} != none ]] || return 0
	for id in ${vm_flush[$vm]}; do
		case ${flush_result["$vm $id"]-} in
		done) ;;
		failed) result="not-flushed" ;;
		*)
			vm_page_cache[$vm]=not-flushed
			# Nobody is at work on it.
			[[ -z $beside_fd ]] && return 0
			return 1
			;;
		esac
	done
	vm_page_cache[$vm]=$result
}
