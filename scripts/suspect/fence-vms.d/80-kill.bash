# The kill, and looking at what it left.
# shellcheck shell=bash
# Only the process that was judged gets it, only while its fence lasts, and only while the peer is there. To read
# arguments may take any time: they are in the memory of the qemu. So that comes first, and the rest right before
# the kill.
kill_group() {
	local key=$1 pid=${1%:*} start=${1#*:}
	if [[ ${group_by[$key]} == argv-* ]] && read_argv "$PROC/$pid/cmdline" && ((${#argv[@]} > 0)) &&
		[[ "${#argv[@]} ${argv[*]}" != "${group_words[$key]}" ]]; then
		match_identity
		# It has become another program since.
		[[ $hit_vm == "${group_vm[$key]}" ]] && ((${#hit_ambiguous[@]} == 0)) || return
	fi
	# Whoever went away has answered, perhaps, and HA may start the VM here again.
	! read -r -t 0 || exit_peer_gone
	# Whose time is over was answered already.
	read_clock
	((clock_ms < vm_deadline_ms[${group_vm[$key]}])) || return
	if ! read_stat "$PROC/$pid/stat" || [[ $st_start != "$start" ]]; then
		group_kill[$key]=already-gone
		return
	fi
	if kill -KILL "$pid"; then
		group_kill[$key]=sent
		return
	fi
	judge_group "$pid" "$start"
	group_kill[$key]=denied
	[[ $group_end == living ]] || group_kill[$key]=already-gone
}

# Whether the kernel has said that we may not kill what lives of a VM. Time changes nothing about that.
is_denied() {
	local key
	for key in ${vm_groups[$1]-}; do
		[[ ${group_kill[$key]} == denied && ${group_now[$key]} == living ]] && return 0
	done
	return 1
}

# Looks at the known groups of a VM; fails while one of them lives. One that has ended has no way back:
# neither do its pid and start time come again together, nor does a zombie without tasks get new ones.
poll_vm() {
	local key all_ended=0
	for key in ${vm_groups[$1]-}; do
		[[ ${group_now[$key]} == living ]] || continue
		judge_quickly "${key%:*}" "${key#*:}"
		if [[ $group_end == living ]]; then
			all_ended=1
			continue
		fi
		group_after_ms[$key]=$((clock_ms - started_ms))
		group_now[$key]=$group_end
	done
	return "$all_ended"
}
