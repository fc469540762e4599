# Libvirt is told, so that on a healthy host its hooks and locks are released; it proves nothing. Every VM's
# domain is destroyed by its dashed uuid. A destroy must not outlive the fence: one that comes late would
# kill a new run of the VM.
# shellcheck shell=bash

# A few virsh at once, each for its share of the VMs, told what to do on its stdin: nothing of a VM gets
# into an argument.
run_virsh() {
	local leave=$1 share shares=$((${#vms[@]} < VIRSH_AT_ONCE ? ${#vms[@]} : VIRSH_AT_ONCE))
	if ! type -P virsh >/dev/null; then
		echo 'virsh all missing'
		return
	fi
	for ((share = 1; share < shares; share++)); do
		run_virsh_for "$leave" "$share" "$shares" &
	done
	run_virsh_for "$leave" 0 "$shares"
}

run_virsh_for() {
	local leave=$1 i vm answer='' mine=() process=''
	for ((i = $2; i < ${#vms[@]}; i += $3)); do mine+=("${vms[i]}"); done
	coproc VIRSH { exec virsh -q 2>&1; }
	# Before anything is asked of it: who takes the leave back ends all that were told of by then.
	note_process "$VIRSH_PID" || return
	echo "virsh-runs $process"
	# The first prompt comes when it is connected.
	if hear_virsh "$VIRSH_ASK_SEC"; then
		echo "virsh-connected $2 $3"
		for vm in "${mine[@]}"; do
			echo "virsh $vm no-answer"
			tell_virsh "$vm" || break
			echo "virsh $vm $answer"
		done
	fi
	end_process "$process"
}

# Something cheap first. A destroy that a hung libvirtd finds in its socket later would kill a new run of the
# VM, so without an answer here there is no destroy at all.
tell_virsh() {
	ask_virsh "$VIRSH_ASK_SEC" "domstate $1" || return 1
	[[ $action == fence && $answer == running ]] || return 0
	read_clock
	((clock_ms < vm_deadline_ms[$1])) || return 1
	ask_virsh "$VIRSH_DESTROY_SEC" "destroy $1" || return 1
	# Of a success it says nothing.
	[[ $answer != running ]] || answer=destroyed
}

# Nothing is asked of it once the leave was taken back. Then there is an end to be read, and before that nothing.
ask_virsh() { ! read -r -t 0 -u "$leave" && printf '%s\n' "$2" >&"${VIRSH[1]}" && hear_virsh "$1"; }

# What virsh says up to its next prompt, as a word of ours in `answer`; `running` is every state in which
# there is something to destroy, and nothing at all. Fails when no prompt comes in time. Virsh echoes what it reads and ends nothing but its prompt with a `#`.
hear_virsh() {
	local said=''
	IFS= read -r -d '#' -t "$1" said <&"${VIRSH[0]}" || return 1
	case $said in
	*'failed to get domain'* | *'no domain'*) answer=no-such-vm ;;
	*'not running'* | *'shut off'*) answer=not-running ;;
	*error:*) answer=failed ;;
	*) answer=running ;;
	esac
}

# From the first report on, a VM of this run may be started anew: no virsh tells libvirt anything any more.
# Whoever had leave to ask a moment ago had told of his virsh before, so that it is heard of and ended here.
end_virsh() {
	local virsh
	[[ -n $leave_fd ]] || return
	exec {leave_fd}>&-
	leave_fd=''
	hear_beside
	for virsh in "${virsh_running[@]}"; do end_process "$virsh"; done
}
