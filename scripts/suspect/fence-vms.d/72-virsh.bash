# Libvirt is told, so that on a healthy host its hooks and locks are released; it proves nothing. Every VM's
# domain is destroyed by its dashed uuid. A destroy must not outlive the fence: one that comes late would
# kill a new run of the VM.
# shellcheck shell=bash

# A few virsh at once, each for its share of the VMs, told what to do on its stdin: nothing of a VM gets
# into an argument.
run_virsh() {
	local share shares=$((${#vms[@]} < VIRSH_AT_ONCE ? ${#vms[@]} : VIRSH_AT_ONCE))
	if ! type -P virsh >/dev/null; then
		echo 'virsh all missing'
		return
	fi
	for ((share = 1; share < shares; share++)); do
		run_virsh_for "$share" "$shares" &
	done
	run_virsh_for 0 "$shares"
}

run_virsh_for() {
	local i vm answer='' mine=()
	for ((i = $1; i < ${#vms[@]}; i += $2)); do mine+=("${vms[i]}"); done
	coproc VIRSH { exec virsh -q 2>&1; }
	echo "virsh-pid $VIRSH_PID"
	# The first prompt comes when it is connected.
	if hear_virsh "$VIRSH_ASK_SEC"; then
		echo "virsh-connected $1 $2"
		for vm in "${mine[@]}"; do
			echo "virsh $vm no-answer"
			tell_virsh "$vm" || break
			echo "virsh $vm $answer"
		done
	fi
	[[ -n ${VIRSH_PID-} ]] && kill -KILL "$VIRSH_PID"
}

# Something cheap first. A destroy that a hung libvirtd finds in its socket later would kill a new run of the
# VM, so without an answer here there is no destroy at all.
tell_virsh() {
	ask_virsh "$VIRSH_ASK_SEC" "domstate $1" || return 1
	[[ $action == fence && $answer == running ]] || return 0
	ask_virsh "$VIRSH_DESTROY_SEC" "destroy $1" || return 1
	# Of a success it says nothing.
	[[ $answer != running ]] || answer=destroyed
}

# Nothing is asked of it once the program has ended.
ask_virsh() { [[ -d /proc/$$ ]] && printf '%s\n' "$2" >&"${VIRSH[1]}" && hear_virsh "$1"; }

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
virsh_ended=0
end_virsh() {
	local pid name
	virsh_ended=1
	for pid in "${virsh_pids[@]}"; do
		name=''
		[[ -e /proc/$pid/comm ]] && read -r name <"/proc/$pid/comm"
		[[ $name == virsh ]] && kill -KILL "$pid"
	done
	virsh_pids=()
}
