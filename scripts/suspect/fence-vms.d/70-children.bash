# Beside the proof: what needs a fork. Its words come back through one pipe, and nothing waits for them.
# shellcheck shell=bash
in_fork=0 beside_fd='' beside='' virsh_permit_fd='' pgrep_state=left-out
pgrep_pids=() virsh_running=() hooks_drilled=0

# Bash answers a refused fork with 15 s of waiting and then ends the program, so ask the limits
# first. Only root: a user's own limit cannot be read by builtins.
has_fork_room() {
	local line lines=() group max now
	((EUID == 0)) || return 1
	mapfile -t lines <"$PROC/self/cgroup"
	for line in "${lines[@]}"; do
		case $line in
		0::*) group=$SYS/fs/cgroup${line#0::} ;;
		*:pids:*) group=$SYS/fs/cgroup/pids${line#*:pids:} ;;
		*) continue ;;
		esac
		while [[ $group == "$SYS"/fs/cgroup/* ]]; do
			max=max now=0
			[[ -e $group/pids.max ]] && read -r max <"$group/pids.max" && read -r now <"$group/pids.current"
			[[ $max == max ]] || ((max - now >= FORK_ROOM_MIN)) || return 1
			group=${group%/*}
		done
	done
}

# Runs in a process of its own. Its stdin is the permit to tell libvirt anything: it ends when the permit is
# taken back, and with the program, however that ends.
run_beside() {
	local word permit
	# Until the other side holds both ends of its own.
	read -r word
	exec {permit}<&0 </dev/null
	if [[ $action == fence && $page_cache == flush ]]; then run_flushes & fi
	if [[ $action == fence ]]; then keep_quarantine >/dev/null & fi
	run_pgrep
	case $action in
	look) run_tools ;;
	unfence) forget_kept && run_tools ;;
	esac
	if [[ $action == drill ]]; then drill_hooks; else run_virsh "$permit"; fi
}

run_pgrep() {
	local pid
	if ! type -P pgrep >/dev/null; then
		echo 'pgrep missing'
		return
	fi
	while read -r pid; do echo "pid $pid"; done < <(
		pgrep -f '[q]emu'
		echo "rc=$?"
	)
	echo 'pgrep done'
}

start_beside() {
	local fd
	((no_more_forks)) || ! has_fork_room && return
	[[ $action == drill ]] || virsh_otherwise=no-answer
	pgrep_state=late
	in_fork=1
	coproc BESIDE { run_beside; }
	in_fork=0
	# Bash closes its own two ends as soon as that process has ended, read or not.
	exec {beside_fd}<&"${BESIDE[0]}" {virsh_permit_fd}>&"${BESIDE[1]}"
	fd=${BESIDE[1]}
	exec {fd}>&-
	note_process "$BESIDE_PID" && beside=$process
	echo begin >&"$virsh_permit_fd"
}

# A process of ours as "pid:start", in `process`: what bears its pid later is somebody else.
process=''
note_process() { read_stat "$PROC/$1/stat" && process=$1:$st_start; }

end_process() { read_stat "$PROC/${1%:*}/stat" && [[ $st_start == "${1#*:}" ]] && kill -KILL "${1%:*}"; }

# A fork that is refused in spite of that ends the program; its last act is to do without. In a trap a
# bare `return` gives the status from before the trap, so a function whose status counts names it.
# shellcheck disable=SC2317 # the trap calls it
survive_refused_fork() {
	[[ $in_fork != 0 ]] || return
	no_more_forks=1
	if [[ $in_fork == reader ]]; then
		in_fork=0
		# In the middle of its rounds nothing can be taken up again, and what was not said proves nothing.
		((round == 0)) || exit 3
		if is_look; then look_all; else fence_all; fi
	fi
	in_fork=0 beside_fd='' pgrep_state=failed virsh_otherwise=failed
	if is_look; then finish_look; else finish_fence; fi
}

# Takes what was said so far, without waiting. A read that ran out of time, as one does in a program that got no
# processor for so long, is no end: what it has of a line is the beginning of the next.
beside_said=''
hear_beside() {
	local line status
	[[ -n $beside_fd ]] || return
	while read -r -t 0 -u "$beside_fd"; do
		line='' status=0
		IFS= read -r -t 0.1 -u "$beside_fd" line || status=$?
		if ((status > 128)); then
			beside_said+=$line
			continue
		elif ((status > 0)); then
			exec {beside_fd}<&-
			beside_fd=''
			return
		fi
		take_word_of_beside "$beside_said$line"
		beside_said=''
	done
}

take_word_of_beside() {
	local i fields
	# shellcheck disable=SC2206 # our own words, and globbing is off
	fields=($1)
	case $1 in
	'pid rc='[01]) pgrep_state=answered ;;
	'pid rc='*) pgrep_state=failed ;;
	'pid '*) pgrep_pids+=("${fields[1]}") ;;
	'pgrep missing') pgrep_state=missing ;;
	'tool '*)
		make_word "${fields[2]}"
		tools[${fields[1]}]=$word
		;;
	'flush '*) flush_result["${fields[3]} ${fields[2]}"]=${fields[1]} ;;
	'virsh-runs '*) virsh_running+=("${fields[1]}") ;;
	# A share waits to be asked about.
	'virsh-connected '*) for ((i = fields[2]; i < ${#vms[@]}; i += fields[3])); do virsh_said["${fields[1]} ${vms[i]}"]="left-out"; done ;;
	'virsh-missing') virsh_otherwise=missing ;;
	'virsh-answered '*) virsh_answered["${fields[1]} ${fields[2]}"]=${fields[3]} ;;
	'hook-drilled '*) note_drill "${fields[@]:1}" ;;
	'hooks drilled') hooks_drilled=1 ;;
	'virsh '*) virsh_said["${fields[1]} ${fields[2]}"]=${fields[3]} ;;
	esac
}

# What pgrep found is judged like anything else; it may only add.
judge_pgrep() {
	local pid before=${#groups[@]}
	[[ $pgrep_state == answered ]] || return
	for pid in "${pgrep_pids[@]}"; do
		[[ $pid =~ ^[0-9]+$ && $pid != "$$" ]] || continue
		is_stuck "$pid" && continue
		read_argv "$PROC/$pid/cmdline" && ((${#argv[@]} > 0)) && judge_by_arguments "$pid" "$PROC/$pid"
	done
	pgrep_state=agreed
	((${#groups[@]} > before)) && pgrep_state="found-more"
}

# Nothing of ours may go on after the report: above all no virsh.
stop_beside() {
	revoke_virsh_permit
	end_virsh
	[[ -n $beside ]] && end_process "$beside"
}
