# Looking without changing anything: one pass, and what libvirt and pgrep say if they say it soon. Its report
# bears a hold that was cut, so that it proves no death.
# shellcheck shell=bash
look_all() {
	read_clock
	started_ms=$clock_ms
	scan_all before-kill
	start_beside
	finish_look
}

finish_look() {
	local vm
	until has_heard_all || ((clock_ms >= deadline_ms || clock_ms - started_ms >= VIRSH_ASK_SEC * 1000)); do
		nap 10
		hear_beside
		read_clock
	done
	scan_all before-kill
	judge_pgrep
	for vm in "${vms[@]}"; do report_vm "$vm"; done
	stop_beside
	say_end
}

has_heard_all() {
	local vm
	[[ -n $beside_fd ]] || return 0
	[[ $pgrep_state != late ]] || return 1
	for vm in "${vms[@]}"; do
		[[ ${virsh_state[$vm]} != no-answer && ${virsh_state[$vm]} != left-out ]] || return 1
	done
}
