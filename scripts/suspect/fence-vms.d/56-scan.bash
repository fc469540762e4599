# One pass over all processes.
# shellcheck shell=bash
# Those that bear a qemu's name, which stat tells without the lock that a hung process may hold: they
# are found and killed even where the full scan hangs on a stranger.
scan_by_name() {
	local dirs dir
	scan_seen="before-kill"
	list_matches '/proc/[0-9]*'
	dirs=("${matches[@]}")
	for dir in "${dirs[@]}"; do
		if ! read_stat "$dir/stat" || ! is_qemu_name "$st_comm"; then continue; fi
		read_argv "$dir/cmdline" && ((${#argv[@]} > 0)) && judge_voiced "${dir#/proc/}" "$dir"
	done
}

scan_all() {
	local dir dirs pid vm
	scan_seen=$1 scan_processes=0 scan_unattributable=0 scan_unreadable=0 scan_doubtful=()
	for vm in "${vms[@]}"; do vm_ambiguous[$vm]=0; done
	list_matches '/proc/[0-9]*'
	dirs=("${matches[@]}")
	for dir in "${dirs[@]}"; do
		pid=${dir#/proc/}
		scan_processes=$((scan_processes + 1))
		[[ $pid == "$$" ]] && continue
		if ! read_argv "$dir/cmdline"; then
			if is_listed "$dir"; then note_unreadable "$pid"; fi
		elif [[ ${argv[*]} == *[![:space:]]* ]]; then
			judge_voiced "$pid" "$dir"
		else
			judge_voiceless "$pid"
		fi
	done
}
