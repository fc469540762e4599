# Looking without changing anything: one pass, and what libvirt and pgrep say if they say it soon. Its report
# bears a hold that was cut, so that it proves no death. One that lifts a quarantine looks as well, for whoever lifts it.
# shellcheck shell=bash
is_look() { [[ $action == look || $action == unfence ]]; }

look_all() {
	local key
	[[ $action == look ]] || lift_quarantine
	read_clock
	started_ms=$clock_ms
	scan_all before-kill
	for key in "${groups[@]}"; do note_supervisor "$key"; done
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
	say_tools
	stop_beside
	say_end
}

# What a peer wants to know before the day it matters. As far as it was heard.
declare -A tools=()
say_tools() {
	local epoch kernel=''
	printf -v epoch '%(%s)T' -1
	read -r kernel </proc/sys/kernel/osrelease
	make_word "$kernel"
	kernel=$word
	say "tools epoch=$epoch bash=${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]} kernel=$kernel pgrep=${tools[pgrep]--}" \
		"sessions=${tools[maxsessions]--} startups=${tools[maxstartups]--}"
}

# Beside the look. sshd tells its settings to root alone.
run_tools() {
	local key value
	read -r value < <(pgrep -V) && echo "tool pgrep ${value##* }"
	while read -r key value; do
		[[ $key == maxsessions || $key == maxstartups ]] && echo "tool $key $value"
	done < <(sshd -T)
	echo 'tool all told'
}

has_heard_all() {
	local vm
	[[ -n $beside_fd ]] || return 0
	[[ $pgrep_state != late && -n ${tools[all]-} ]] || return 1
	for vm in "${vms[@]}"; do
		judge_virsh "$vm"
		[[ $ret_word != no-answer && $ret_word != left-out ]] || return 1
	done
}
