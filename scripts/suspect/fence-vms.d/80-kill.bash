# The kill, and looking at what it left.
# shellcheck shell=bash
# Reads the arguments once more just before the kill: only the process that was judged gets it.
kill_group() {
	local key=$1 pid=${1%:*} start=${1#*:}
	if ! read_stat "/proc/$pid/stat" || [[ $st_start != "$start" ]]; then
		group_kill[$key]=already-gone
		return
	fi
	if [[ ${group_by[$key]} == argv-* ]] && read_argv "/proc/$pid/cmdline" && ((${#argv[@]} > 0)); then
		match_identity
		# It has become another program since.
		[[ $hit_vm == "${group_vm[$key]}" ]] || return
	fi
	if kill -KILL "$pid"; then
		group_kill[$key]=sent
		return
	fi
	judge_group "$pid" "$start"
	group_kill[$key]=denied
	[[ $group_end == living ]] || group_kill[$key]=already-gone
}

# Looks at every known group of a VM; fails while one of them lives.
poll_vm() {
	local vm=$1 key all_ended=0
	for key in "${groups[@]}"; do
		[[ ${group_vm[$key]} == "$vm" ]] || continue
		judge_group "${key%:*}" "${key#*:}"
		if [[ $group_end == living ]]; then
			all_ended=1
		elif [[ ${group_now[$key]} == living ]]; then
			group_after_ms[$key]=$((clock_ms - started_ms))
		fi
		group_now[$key]=$group_end
	done
	return "$all_ended"
}
