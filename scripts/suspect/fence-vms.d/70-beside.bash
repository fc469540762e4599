# Beside the proof: pgrep and virsh, which need a fork.
# shellcheck shell=bash
in_fork=0 beside_fd='' beside_pid='' beside_virsh_pid='' pgrep_state=left-out
declare -A virsh_state=()
pgrep_pids=()

# Bash answers a refused fork with 15 s of waiting and then ends the program, so ask the limits
# first. Only root: a user's own limit cannot be read by builtins.
has_fork_room() {
	local line lines=() group max now
	((EUID == 0)) || return 1
	mapfile -t lines </proc/self/cgroup
	for line in "${lines[@]}"; do
		case $line in
		0::*) group=/sys/fs/cgroup${line#0::} ;;
		*:pids:*) group=/sys/fs/cgroup/pids${line#*:pids:} ;;
		*) continue ;;
		esac
		while [[ $group == /sys/fs/cgroup/* ]]; do
			max=max now=0
			[[ -e $group/pids.max ]] && read -r max <"$group/pids.max" && read -r now <"$group/pids.current"
			[[ $max == max ]] || ((max - now >= FORK_ROOM_MIN)) || return 1
			group=${group%/*}
		done
	done
}

# Runs in a process of its own; its words go to the program through a pipe.
run_beside() {
	local pid vm answer=''
	exec </dev/null
	if [[ $page_cache == flush ]]; then run_flushes & fi
	if ! type -P pgrep >/dev/null; then
		echo 'pgrep missing'
	else
		while read -r pid; do echo "pid $pid"; done < <(
			pgrep -f '[q]emu'
			echo "rc=$?"
		)
		echo 'pgrep done'
	fi
	if ! type -P virsh >/dev/null; then
		echo 'virsh all missing'
		return
	fi
	# One virsh for all VMs, told what to do on its stdin: nothing of a VM gets into an argument.
	coproc VIRSH { exec virsh -q 2>&1; }
	echo "virsh-pid $VIRSH_PID"
	# The first prompt comes when it is connected.
	hear_virsh "$VIRSH_ASK_SEC" || vms=()
	for vm in "${vms[@]}"; do
		# Something cheap first. A destroy that a hung libvirtd finds in its socket later would kill
		# a new run of the VM, so without an answer here there is no destroy at all.
		ask_virsh "$VIRSH_ASK_SEC" "domstate $vm" || break
		if [[ $answer == no-such-vm ]]; then
			echo "virsh $vm $answer"
			continue
		fi
		if ask_virsh "$VIRSH_DESTROY_SEC" "destroy $vm"; then
			echo "virsh $vm $answer"
		else
			break
		fi
	done
	kill -KILL "$VIRSH_PID"
}

# What virsh says up to its next prompt, as a word of ours in `answer`. Fails when no prompt comes in
# time. Virsh echoes what it reads and ends nothing but its prompt with a `#`.
hear_virsh() {
	local said=''
	IFS= read -r -d '#' -t "$1" said <&"${VIRSH[0]}" || return 1
	case $said in
	*'failed to get domain'* | *'no domain'*) answer=no-such-vm ;;
	*'not running'*) answer=not-running ;;
	*error:*) answer=failed ;;
	*) answer=destroyed ;;
	esac
}

ask_virsh() { printf '%s\n' "$2" >&"${VIRSH[1]}" && hear_virsh "$1"; }

start_beside() {
	local vm
	for vm in "${vms[@]}"; do virsh_state[$vm]="left-out"; done
	has_fork_room || return
	for vm in "${vms[@]}"; do virsh_state[$vm]=no-answer; done
	pgrep_state=late
	in_fork=1
	exec {beside_fd}< <(run_beside)
	in_fork=0
	beside_pid=$!
}

# A fork that is refused in spite of that ends the program; its last act is to do without. In a trap a
# bare `return` gives the status from before the trap, so a function whose status counts names it.
# shellcheck disable=SC2317 # the trap calls it
survive_refused_fork() {
	local vm
	((in_fork)) || return
	in_fork=0 beside_fd='' pgrep_state=failed
	for vm in "${vms[@]}"; do virsh_state[$vm]=failed; done
	finish_fence
}

# Takes what pgrep and virsh have said so far, without waiting.
hear_beside() {
	local line vm fields
	[[ -n $beside_fd ]] || return
	while read -r -t 0 -u "$beside_fd"; do
		if ! IFS= read -r -t 0.1 -u "$beside_fd" line; then
			exec {beside_fd}<&-
			beside_fd=''
			return
		fi
		# shellcheck disable=SC2206 # our own words, and globbing is off
		fields=($line)
		case $line in
		'pid rc='[01]) pgrep_state=answered ;;
		'pid rc='*) pgrep_state=failed ;;
		'pid '*) pgrep_pids+=("${fields[1]}") ;;
		'pgrep missing') pgrep_state=missing ;;
		'flush '*) for vm in "${fields[@]:3}"; do
			flush_result["$vm ${fields[2]}"]=${fields[1]}
		done ;;
		'virsh-pid '*) beside_virsh_pid=${fields[1]} ;;
		'virsh all '*) for vm in "${vms[@]}"; do
			[[ ${virsh_state[$vm]} == no-answer ]] && virsh_state[$vm]=${fields[2]}
		done ;;
		'virsh '*) virsh_state[${fields[1]}]=${fields[2]} ;;
		esac
	done
}

# What pgrep found is judged like anything else; it may only add.
judge_pgrep() {
	local pid before=${#groups[@]}
	[[ $pgrep_state == answered ]] || return
	for pid in "${pgrep_pids[@]}"; do
		[[ $pid =~ ^[0-9]+$ && $pid != "$$" ]] || continue
		read_argv "/proc/$pid/cmdline" && ((${#argv[@]} > 0)) && judge_voiced "$pid" "/proc/$pid"
	done
	pgrep_state=agreed
	((${#groups[@]} > before)) && pgrep_state="found-more"
}

# Nothing of ours may go on after the report: above all no virsh.
stop_beside() {
	local name=''
	hear_beside
	if [[ -n $beside_virsh_pid ]] && read -r name <"/proc/$beside_virsh_pid/comm" && [[ $name == virsh ]]; then
		kill -KILL "$beside_virsh_pid"
	fi
	[[ -n $beside_pid ]] && kill -KILL "$beside_pid"
}
