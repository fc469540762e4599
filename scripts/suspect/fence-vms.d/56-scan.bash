# One pass over all processes.
# shellcheck shell=bash
# Where libvirt says that the qemu of a VM is which bears its uuid for a name. It says only where to look
# first, so that the kill comes before the passes over all processes; whose it is its arguments say.
scan_pid_files() {
	local vm name file pid
	scan_seen="before-kill"
	for vm in "${vms[@]}"; do
		for name in "${vm//-/}" "$vm"; do
			file=$LIBVIRT_RUN/$name.pid pid=''
			[[ -f $file ]] && read -r pid <"$file"
			[[ $pid =~ ^[1-9][0-9]*$ && $pid != "$$" ]] || continue
			may_be_stuck "$pid" && continue
			read_argv "$PROC/$pid/cmdline" && ((${#argv[@]} > 0)) && judge_by_arguments "$pid" "$PROC/$pid"
		done
	done
}

# Those that bear a qemu's name, which stat tells without the lock that a hung process may hold: they
# are found and killed even where the full scan hangs on a stranger. What they are is kept for the pass
# that follows at once, so that it reads only what this one has not.
declare -A judged_before=()
scan_by_name() {
	local dir dirs
	scan_seen="before-kill"
	list_matches "$PROC/[0-9]*"
	dirs=("${matches[@]}")
	for dir in "${dirs[@]}"; do
		read_stat "$dir/stat" || continue
		if ((st_flags & KTHREAD_FLAG)); then
			judged_before[$dir]=kernel
		elif is_qemu_name "$st_comm" && ! may_be_stuck "${dir##*/}" && read_argv "$dir/cmdline" && ((${#argv[@]} > 0)); then
			id_uuids=()
			judge_by_arguments "${dir##*/}" "$dir"
			((${#id_uuids[@]} > 0)) && judged_before[$dir]=qemu
		fi
	done
}

# The last scan, after the kill, leaves nothing out; of a thread of the kernel it asks whether it still is one.
scan_all() {
	local dir dirs vm before stuck_here=0 to_read=()
	scan_seen=$1 scan_processes=0 scan_unattributable=0 scan_unreadable=0 scan_doubtful=() libvirt_daemons=()
	for vm in "${vms[@]}"; do vm_ambiguous[$vm]=0; done
	list_matches "$PROC/[0-9]*"
	dirs=("${matches[@]}")
	for dir in "${dirs[@]}"; do
		scan_processes=$((scan_processes + 1))
		[[ ${dir##*/} == "$$" ]] && continue
		before=${judged_before[$dir]-}
		[[ -n $before && $scan_seen == before-kill ]] && continue
		[[ $before == kernel ]] && read_stat "$dir/stat" && ((st_flags & KTHREAD_FLAG)) && continue
		if ((${#stuck_groups[@]} > 0)) && is_stuck "${dir##*/}"; then
			judge_stuck "${dir##*/}"
		else
			to_read+=("$dir")
		fi
	done
	read_all_ahead
	for dir in "${to_read[@]}"; do scan_process "${dir##*/}" "$dir"; done
	((stuck_here == STUCK_MAX)) || scan_starts
}

scan_process() {
	local pid=$1 dir=$2
	if ! read_argv "$dir/cmdline"; then
		if is_listed "$dir"; then note_unreadable "$pid"; fi
	elif [[ ${argv[*]} == *[![:space:]]* ]]; then
		note_libvirt_daemon "$pid"
		judge_by_arguments "$pid" "$dir"
	else
		judge_without_arguments "$pid"
	fi
}
