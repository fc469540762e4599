# Dead stays dead: what libvirt is about to start of a VM, unseen by anybody, fails at the hook of our package while the VM
# is in quarantine. It is set before the kill, by builtins and in memory alone. README.md in this folder has the rule.
# shellcheck shell=bash
readonly QUARANTINE=$RUN/peerfence-quarantine

# What became of each VM's entry (no-hook, not-writable, set, taken-back, lifted). What drills have shown of each daemon of
# libvirt ("PID:START"): obeys or ignores, and the hooks that were there. And the hooks that were there when a daemon had
# answered about a VM ("PID VM"), its entry being written.
declare -A vm_quarantine=() daemon_shown=() virsh_answered=()
boot_id=''

# It lasts for as long as the fence may, and the time that was asked for.
set_quarantine() {
	local vm place=set
	((quarantine_sec > 0)) || return
	read -r boot_id <"$PROC/sys/kernel/random/boot_id"
	[[ -n $boot_id ]] && is_in_memory "$QUARANTINE" || place=not-writable
	[[ -d $QUARANTINE ]] || place=no-hook
	for vm in "${vms[@]}"; do
		vm_quarantine[$vm]=$place
		[[ $place != set ]] || write_entry "$nonce" "$vm" "$((vm_deadline_ms[$vm] / 1000 + 1 + quarantine_sec))" ||
			vm_quarantine[$vm]=not-writable
	done
}

# A file for each run: what one run takes back is not what another has set. The last line of a VM counts there, and the
# dot says that a line is whole.
write_entry() { printf '%s %s %s .\n' "$2" "$boot_id" "$3" >>"$QUARANTINE/$1.entries"; }

# Until when a VM is in quarantine by this file, in `ret_end`.
ret_end=0
read_entry() {
	local vm of end mark
	ret_end=0
	while read -r vm of end mark; do
		[[ "$vm $of $mark" != "$2 $boot_id ." || ! $end =~ ^(0|[1-9][0-9]{0,8})$ ]] || ret_end=$end
	done <"$1"
}

# A write to a disk that is gone would hang the fence, and reading it every start.
is_in_memory() {
	local line fields lines=() best='' kind=''
	mapfile -t lines <"$PROC/self/mountinfo"
	for line in "${lines[@]}"; do
		# shellcheck disable=SC2206 # globbing is off
		fields=($line)
		[[ $1/ == "${fields[4]%/}"/* ]] || continue
		((${#fields[4]} < ${#best})) || best=${fields[4]} kind=${line##* - }
	done
	[[ $kind == 'tmpfs '* ]]
}

# Before the report of a VM: what is refused and was not killed lives on here, perhaps, and has to start again. A proof
# may come of everything else.
take_back_quarantine() {
	local vm=$1 key
	[[ ${vm_quarantine[$vm]-} == set ]] || return
	for key in ${vm_groups[$vm]-}; do [[ ${group_kill[$key]} != sent ]] || return; done
	write_entry "$nonce" "$vm" 0 && vm_quarantine[$vm]=taken-back
}

# Nobody is there any more to take a proof.
take_back_all() {
	local vm
	for vm in "${vms[@]}"; do take_back_quarantine "$vm"; done
}

# In `ret_word`. Proven is one that no start can pass: every daemon, as the very process that it is, has obeyed the hook in
# a drill, and has answered about the VM since the entry was written. Libvirt keeps a VM to itself from the hook's last
# word on until its process is there to be seen; an answer about anything else would say nothing of that moment.
judge_quarantine() {
	local vm=$1 daemon process shown said is_shown=1
	ret_word=${vm_quarantine[$vm]-not-set}
	[[ $ret_word == set ]] || return
	((${#libvirt_daemons[@]} > 0)) || is_shown=0
	read_drills
	for daemon in "${libvirt_daemons[@]}"; do
		st_start='' said=${virsh_answered["$daemon $vm"]-}
		read_stat "$PROC/$daemon/stat"
		process=$daemon:$st_start
		shown=${daemon_shown[$process]-}
		[[ -n $said && $shown == "obeys $said" ]] || is_shown=0
		[[ $said != - ]] || ret_word=no-hook
		[[ $shown != 'ignores '* ]] || ret_word=hook-not-active
	done
	[[ $ret_word != set ]] || ((!is_shown)) || ret_word=proven
}

# What drills have written down since the host has booted. The last line of a process counts.
read_drills() {
	local pid start shown hooks mark process
	while read -r pid start shown hooks mark; do
		process=$pid:$start
		[[ $mark != . ]] || daemon_shown[$process]="$shown $hooks"
	done <"$QUARANTINE/daemons"
}

note_drill() {
	local lines=()
	mapfile -t lines <"$QUARANTINE/daemons"
	((${#lines[@]} < DRILLS_NOTED_MAX)) || : >"$QUARANTINE/daemons"
	is_in_memory "$QUARANTINE" && printf '%s %s %s %s .\n' "$@" >>"$QUARANTINE/daemons"
}

# A person says that the VM runs nowhere else: whoever has set it, it is over.
lift_quarantine() {
	local vm file files
	read -r boot_id <"$PROC/sys/kernel/random/boot_id"
	read_clock
	list_matches "$QUARANTINE/*.entries"
	files=(${matches+"${matches[@]}"})
	for vm in "${vms[@]}"; do
		for file in ${files+"${files[@]}"}; do
			read_entry "$file" "$vm"
			((ret_end * 1000 > clock_ms)) || continue
			file=${file##*/}
			write_entry "${file%.entries}" "$vm" 0 || vm_quarantine[$vm]=not-writable
			[[ -n ${vm_quarantine[$vm]-} ]] || vm_quarantine[$vm]=lifted
		done
	done
}

# Its line, with what the report knows by then: how many living or doubtful processes there are, and the word of libvirt.
report_quarantine() {
	judge_quarantine "$1"
	case $3 in
	no-such-vm | not-running | destroyed | no-daemon) ;;
	running) take_back_quarantine "$1" ;;
	*) [[ $ret_word == proven ]] || take_back_quarantine "$1" ;;
	esac
	[[ $2 == 0 && -z ${vm_spared[$1]-} && ${vm_hold[$1]-} == kept ]] || take_back_quarantine "$1"
	[[ ${vm_quarantine[$1]-} != taken-back ]] || ret_word=taken-back
	say "quarantine state=$ret_word policy=$quarantine"
}
