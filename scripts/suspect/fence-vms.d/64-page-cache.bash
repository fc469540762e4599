# Observer: what a qemu wrote to shared storage and this host has not: its page cache outlives it.
# shellcheck shell=bash

# vm_page_cache: nothing while nobody has looked. vm_page_cache_state: after a flush, as it ended. vm_flush: what to
# sync: mounts of ours by their number, block devices by their node; `-` is one that cannot be reached from here.
declare -A vm_page_cache=() vm_page_cache_state=() vm_flush=() flush_result=()

page_cache_before_kill() {
	local vm=$1 pid=$2 i
	if ((!fd_whole)); then
		note_page_cache "$vm" not-known -
		return
	fi
	note_page_cache "$vm" none
	for i in ${fd_types+"${!fd_types[@]}"}; do
		((fd_flags[i] & 3)) && note_cached_file "$vm" "$pid" "$i"
	done
}

# Whether the flush of a VM is over, its result in vm_page_cache_state; fails while it is worth waiting.
page_cache_settled() {
	local vm=$1 id result=flushed
	[[ $page_cache == flush && -n ${vm_flush[$vm]-} ]] || return 0
	for id in ${vm_flush[$vm]}; do
		case ${flush_result["$vm $id"]-} in
		done) ;;
		failed) result="not-flushed" ;;
		*)
			vm_page_cache_state[$vm]=not-flushed
			# Nobody is at work on it.
			[[ -z $beside_fd ]] && return 0
			return 1
			;;
		esac
	done
	vm_page_cache_state[$vm]=$result
}

page_cache_report() {
	say "page-cache state=${vm_page_cache_state[$1]-${vm_page_cache[$1]-not-looked}} policy=$page_cache"
}

# Whether other hosts may see what is written there. A block device may be a LUN, and what nobody here has
# heard of may be shared. The kernel writes a block device at its last close, before its qemu is gone, but
# only where nobody else holds it open, which cannot be seen.
is_shared_type() {
	local one
	judge_type "$1"
	[[ $type_kind == network-fs || $type_kind == user-space || $type_word == @(block|other) ]] && return 0
	for one in ${shared_types+"${shared_types[@]}"}; do
		[[ $one == "$1" ]] && return 0
	done
	return 1
}

# What one descriptor may have left, and what to sync for it. The worst of all of all groups counts.
note_page_cache() {
	note_worst vm_page_cache "$1" "$2" not-known may-hold-dirty none
	[[ $page_cache == flush && $2 != none ]] || return
	[[ " ${vm_flush[$1]-} " == *" $3 "* ]] || vm_flush[$1]+=" $3"
}

# Before the kill: one descriptor that can write. A qemu that flushes after every write opens its image
# no other way than one that does not, so both may leave something. O_SYNC holds O_DSYNC.
note_cached_file() {
	local vm=$1 pid=$2 i=$3 type=${fd_types[$3]} direct=$((fd_flags[$3] & (direct_flag | O_DSYNC)))
	if [[ $type == block ]]; then
		find_block_name "$pid" "$PROC/$pid/fd/${fd_numbers[i]}"
		((direct)) || note_page_cache "$vm" may-hold-dirty "${block_name:+/dev/}${block_name:--}"
		note_cached_below "$vm"
	elif [[ $type != character ]] && ((!direct)) && is_shared_type "$type"; then
		find_own_mount "${mount_device[${fd_mounts[i]}]--}"
		note_page_cache "$vm" may-hold-dirty "$own_mount"
	fi
}

# Past the page cache of a device is not past that of what it is made of.
note_cached_below() {
	local vm=$1 one type
	if [[ -z $block_name ]]; then
		note_page_cache "$vm" not-known -
		return
	fi
	list_stack "$SYS/class/block/${block_name//\//!}"
	((stack_whole)) || note_page_cache "$vm" not-known -
	((${#stack_caches[@]} == 0)) || note_page_cache "$vm" may-hold-dirty -
	for one in ${stack_loops+"${stack_loops[@]}"}; do
		[[ $one == '1 '* ]] && continue
		if ! find_mount_of_path "${one#* }"; then
			note_page_cache "$vm" not-known -
			continue
		fi
		type=${mount_type[$path_mount]}
		judge_type "$type"
		if is_shared_type "$type"; then
			note_page_cache "$vm" may-hold-dirty "$path_mount"
		elif [[ $type_kind != local ]]; then
			# Memory too: whoever made the device may have had other mounts than ours, and the path another meaning.
			note_page_cache "$vm" not-known -
		fi
	done
}

# A mount of ours that shows a file system, by its device number.
own_mount=-
find_own_mount() {
	local id
	own_mount=-
	for id in ${own_mounts+"${own_mounts[@]}"}; do
		[[ ${mount_device[$id]} == "$1" ]] && own_mount=$id
	done
}

# VMs that were gone before us may have written to whatever is mounted here.
plan_flushes() {
	local vm id shared=''
	[[ $page_cache == flush ]] || return
	read_own_mounts
	for id in ${own_mounts+"${own_mounts[@]}"}; do
		is_shared_type "${mount_type[$id]}" && shared+=" $id"
	done
	for vm in "${vms[@]}"; do
		[[ -n ${vm_page_cache[$vm]-} ]] || vm_flush[$vm]+=$shared
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
		waiting=(${later+"${later[@]}"})
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
