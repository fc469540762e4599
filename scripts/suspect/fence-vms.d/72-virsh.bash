# Libvirt is told, so that on a healthy host its hooks and locks are released; that proves nothing. Every VM's
# domain is destroyed by its dashed uuid. A destroy must not outlive the fence: one that comes late would
# kill a new run of the VM. And it is asked: what is nowhere to be seen may be about to start.
# shellcheck shell=bash

# What each daemon said of each VM ("DAEMON VM"), and what is to be said where one said nothing.
declare -A virsh_said=()
virsh_otherwise="left-out"

# The worst word of all daemons that run counts, in `ret_word`: only where each of them knows of no run and of no
# start is there none.
ret_word=''
judge_virsh() {
	local vm=$1 daemon word rank worst=-1
	ret_word="left-out"
	((scan_processes > 0)) && ret_word="no-daemon"
	for daemon in "${libvirt_daemons[@]}"; do
		word=${virsh_said["$daemon $vm"]-$virsh_otherwise}
		[[ $word != waiting ]] || word=no-answer
		case $word in
		no-such-vm) rank=1 ;;
		not-running) rank=2 ;;
		destroyed) rank=3 ;;
		running) rank=4 ;;
		*) rank=5 ;;
		esac
		((rank > worst)) && worst=$rank ret_word=$word
	done
}

# Whether nothing that libvirt has still to say about a VM matters. It does where nothing of the VM was killed: its
# silence may be that of a start; and of each where a quarantine has to be proven. A daemon that hangs is given
# VIRSH_ANSWER_SEC for each answer.
has_heard_libvirt() {
	local vm=$1 key daemon
	[[ -n $beside_fd ]] || return 0
	if [[ $action == drill ]]; then
		((hooks_drilled))
		return
	fi
	if [[ $quarantine != required || ${vm_quarantine[$vm]-} != set ]]; then
		for key in ${vm_groups[$vm]-}; do [[ ${group_kill[$key]} == sent ]] && return 0; done
	fi
	for daemon in "${libvirt_daemons[@]}"; do
		case ${virsh_said["$daemon $vm"]-left-out} in
		left-out | waiting) return 1 ;;
		esac
	done
	return 0
}

# A few virsh at once for each daemon, each for its share of the VMs, told what to do on its stdin: nothing of a VM
# gets into an argument.
run_virsh() {
	local permit=$1 daemon share shares
	if ! type -P virsh >/dev/null; then
		echo 'virsh-missing'
		return
	fi
	# Many daemons are pods, of which each runs one VM.
	shares=$((${#libvirt_daemons[@]} > 1 ? 1 : VIRSH_AT_ONCE))
	((${#vms[@]} >= shares)) || shares=${#vms[@]}
	for daemon in "${libvirt_daemons[@]:0:DAEMONS_ASKED_MAX}"; do
		for ((share = 0; share < shares; share++)); do run_virsh_for "$daemon" "$share" "$shares" & done
	done
	wait
}

# The connection to a daemon, in `ret_uri`: named by its own socket, so that virsh asks nobody else and wakes
# nobody. One with another root than ours (a pod) is asked through that.
find_uri() {
	local root='' kind=system path=/run/libvirt name=libvirt line uid=0
	[[ $PROC/$1/ns/mnt -ef $PROC/self/ns/mnt ]] || root=$PROC/$1/root
	while read -r line uid _; do [[ $line == Uid: ]] && break; done <"$PROC/$1/status"
	read_argv "$PROC/$1/cmdline" && [[ ${argv[0]-} == *virtqemud ]] && name=virtqemud
	if [[ $uid != 0 ]]; then
		kind=session
		[[ -S $root$path/$name-sock && -n $root ]] || path=/run/user/$uid/libvirt
	fi
	ret_uri="qemu+unix:///$kind?socket=$root$path/$name-sock"
}

run_virsh_for() {
	local daemon=$1 i vm answer='' mine=() process='' is_broken=0 is_anew=0 to_virsh='' from_virsh='' ret_uri
	# One that was ended is heard by its end, and whoever asked it goes on.
	trap '' PIPE
	for ((i = $2; i < ${#vms[@]}; i += $3)); do mine+=("${vms[i]}"); done
	find_uri "$daemon"
	connect_virsh || connect_anew || is_broken=1
	((is_broken)) || tell_main "virsh-connected $daemon $2 $3"
	for vm in "${mine[@]}"; do
		tell_main "virsh $daemon $vm waiting"
		answer=no-answer
		((is_broken)) || tell_virsh "$vm" || { connect_anew && tell_virsh "$vm"; } || is_broken=1 answer=no-answer
		tell_main "virsh $daemon $vm $answer"
	done
	end_process "$process"
}

# Where nobody listens any more, nothing is left to do, and a virsh that hangs would stay.
tell_main() {
	echo "$1" && return
	[[ -z $process ]] || end_process "$process"
	exit
}

# The first prompt comes when it is connected. Before anything is asked of it, it is told of: who takes the permit
# back ends all that were told of by then.
connect_virsh() {
	coproc VIRSH { exec virsh -q -c "$ret_uri" 2>&1; }
	note_process "${VIRSH_PID-}" || return
	# Bash closes its own two ends as soon as that process has ended.
	exec {from_virsh}<&"${VIRSH[0]-}" {to_virsh}>&"${VIRSH[1]-}" || return
	tell_main "virsh-runs $process"
	hear_virsh
}

# The first report ended it, with the permit: what is still to be said of others is asked of another, once.
connect_anew() { ((is_anew++ == 0)) && ! may_destroy && connect_virsh; }

# Something cheap first. A destroy that a hung libvirtd finds in its socket later would kill a new run of the
# VM, so without an answer here there is no destroy at all. After one it is asked again: only that says that it runs
# no more.
tell_virsh() {
	ask_state "$1" || return 1
	[[ ${vm_quarantine[$1]-} != set ]] || ! is_about_vm || tell_answered "$daemon" "$1"
	[[ $action == fence && $answer == running ]] && may_destroy || return 0
	read_clock
	((clock_ms < vm_deadline_ms[$1])) || return 1
	ask_virsh "destroy $1" || return 1
	# Of a success it says nothing.
	[[ $answer == running ]] || return 0
	ask_state "$1" || return 1
	[[ $answer != no-such-vm && $answer != not-running ]] || answer=destroyed
}

# Virsh says the same of a VM that is not there and of a daemon that went away in the middle of the answer. Only where the
# very connection still answers afterwards was it the first: virsh tells of every connection that it lost or made anew.
ask_state() {
	ask_virsh "domstate $1" || return 1
	[[ $answer == no-such-vm ]] || return 0
	ask_virsh hostname || return 1
	if [[ $answer == running ]]; then answer=no-such-vm; else answer=failed; fi
}

# Whether it knew the VM's state, or that there is none: not what else a daemon may have to say.
is_about_vm() {
	[[ $answer == no-such-vm || $answer == not-running ]] ||
		[[ $answer == running && $heard =~ (running|idle|paused|in\ shutdown|crashed|pmsuspended) ]]
}

# There is an end to be read once the permit was taken back, and before that nothing.
may_destroy() { ! read -r -t 0 -u "$permit"; }

ask_virsh() { printf '%s\n' "$1" >&"$to_virsh" && hear_virsh; }

# What virsh says up to its next prompt, in `heard`, and as a word of ours in `answer`; `running` is every state in which
# there is something to destroy, and nothing at all. Fails when no prompt comes in time. Virsh echoes what it reads and ends nothing but its prompt with a `#`.
heard=''
hear_virsh() {
	heard=''
	IFS= read -r -d '#' -t "${1-$VIRSH_ANSWER_SEC}" heard <&"$from_virsh" || return 1
	case $heard in
	*'failed to get domain'* | *'no domain'*) answer=no-such-vm ;;
	*'not running'* | *'shut off'*) answer=not-running ;;
	*error:*) answer=failed ;;
	*) answer=running ;;
	esac
}

# From the first report on, a VM of this run may be started anew: libvirt is told to destroy nothing any more.
# Whoever had the permit a moment ago had told of his virsh before, so that it is heard of and ended here.
revoke_virsh_permit() {
	[[ -n $virsh_permit_fd ]] || return
	exec {virsh_permit_fd}>&-
	virsh_permit_fd=''
	hear_beside
	end_virsh
}

end_virsh() {
	local virsh
	for virsh in "${virsh_running[@]}"; do end_process "$virsh"; done
	virsh_running=()
}
