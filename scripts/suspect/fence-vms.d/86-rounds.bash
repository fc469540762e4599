# From the kill to the last line of the report, in rounds. What is read once in a round serves every VM: it is
# read after the last look at who has ended.
# shellcheck shell=bash
declare -A vm_ended_ms=() vm_ended_napped=() vm_hold=()
waiting=() round=0 nap_ms=1

finish_fence() {
	local vm settled due
	waiting=("${vms[@]}")
	while ((${#waiting[@]} > 0)); do
		hear_beside
		round=$((round + 1)) settled=() due=()
		look_at_ends
		for vm in "${waiting[@]}"; do
			if ((clock_ms >= vm_deadline_ms[$vm])) || [[ -n ${vm_spared[$vm]-} ]] || is_denied "$vm"; then
				due+=("$vm")
			elif is_settled "$vm"; then
				settled+=("$vm")
			fi
		done
		((${#settled[@]} + ${#due[@]} == 0)) || report_round
		((${#waiting[@]} == 0)) || nap_round
	done
	stop_beside
	say_end
}

# Which VMs have no living task any more. Their hold begins once all have been looked at.
look_at_ends() {
	local vm ended=()
	for vm in "${waiting[@]}"; do
		[[ -z ${vm_ended_ms[$vm]-} ]] && poll_vm "$vm" && ended+=("$vm")
	done
	read_clock
	for vm in "${ended[@]}"; do vm_ended_ms[$vm]=$clock_ms vm_ended_napped[$vm]=$napped_ms; done
	((${#ended[@]} == 0)) || nap_ms=1
}

# Whether all that had to pass after its end has passed. The clock may be a step ahead.
is_settled() {
	local vm=$1 hold=${vm_hold_ms[$1]-$hold_ms}
	[[ -n ${vm_ended_ms[$vm]-} ]] || return 1
	((napped_ms - vm_ended_napped[$vm] >= hold || clock_ms - vm_ended_ms[$vm] >= hold + CLOCK_STEP_MS)) || return 1
	vm_hold[$vm]=kept
	observers_settled "$vm" && has_heard_libvirt "$vm"
}

# The last scan, and then everybody who has settled, unless a moment may take a doubt away, and everybody
# whose time is over.
report_round() {
	local vm
	declare -A reported=()
	scan_all after-kill
	for vm in "${settled[@]}"; do may_clear_up "$vm" || due+=("$vm"); done
	((${#due[@]} > 0)) || return
	revoke_virsh_permit
	judge_pgrep
	for vm in "${due[@]}"; do
		report_vm "$vm"
		reported[$vm]=1
	done
	tell
	settled=("${waiting[@]}") waiting=()
	for vm in "${settled[@]}"; do [[ -n ${reported[$vm]-} ]] || waiting+=("$vm"); done
}

# Whether the last scan leaves a doubt about this VM that a moment may take away: an exit of some other
# qemu, a process that was just starting.
may_clear_up() {
	((scan_unattributable + scan_unreadable + vm_ambiguous[$1] > 0)) || return 1
	[[ -n ${vm_dirty_ms[$1]-} ]] || vm_dirty_ms[$1]=$clock_ms
	((clock_ms - vm_dirty_ms[$1] < DIRTY_SCAN_MS_MAX))
}

# Until the next hold or the next budget is over, and no longer than it is worth waiting for what cannot be
# foreseen.
nap_round() {
	local vm left least=$HOLD_MS_MAX
	for vm in "${waiting[@]}"; do
		left=$nap_ms
		if [[ -n ${vm_ended_ms[$vm]-} && -z ${vm_hold[$vm]-} ]]; then
			left=$((${vm_hold_ms[$vm]-$hold_ms} - napped_ms + vm_ended_napped[$vm]))
		fi
		((vm_deadline_ms[$vm] - clock_ms >= left)) || left=$((vm_deadline_ms[$vm] - clock_ms))
		((left >= least)) || least=$left
	done
	nap "$((least > 0 ? least : 1))"
	nap_ms=$((nap_ms * 2 < NAP_MS_MAX ? nap_ms * 2 : NAP_MS_MAX))
}
