# One pass over all processes.
# shellcheck shell=bash
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
			if [[ -e $dir ]]; then note_unreadable "$pid"; fi
		elif ((${#argv[@]} > 0)); then
			judge_voiced "$pid" "$dir"
		else
			judge_voiceless "$pid"
		fi
	done
}
