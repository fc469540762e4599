# Beside the proof, about the quarantine: whether the hook is there, whether a daemon of libvirt obeys it, and what shall
# outlive a boot. All of it touches disks or starts programs, and nothing of the fence waits for it.
# shellcheck shell=bash
readonly HOOKS=$ETC/libvirt/hooks KEPT=/var/lib/peerfence-quarantine
readonly HOOK_MARK='# peerfence libvirt hook 1:' HOOK_CALLED=/peerfence/libvirt-hook
# A drill's domain cannot run in any case: its kernel is nowhere.
readonly DRILL_KERNEL=/nonexistent/peerfence-drill

# Where the hook stands, in `ret_hooks`: in the folder (d), or as the one script that libvirt before 6.5 knows (q), or
# called by that. A drill tells of those that were there then.
list_hooks() {
	local place file line
	ret_hooks=''
	for place in d q; do
		file=$HOOKS/qemu
		[[ $place == q ]] || file=$HOOKS/qemu.d/peerfence
		[[ -f $file && -x $file ]] || continue
		while IFS= read -r line; do
			[[ $line == "$HOOK_MARK"* || $line == *"$HOOK_CALLED"* ]] || continue
			ret_hooks+=$place
			break
		done <"$file"
	done
	: "${ret_hooks:=-}"
}

# A daemon has answered about this VM: the hook is looked for afterwards, since a start may be waiting for the daemon. A disk
# that hangs keeps the look, and no more.
tell_answered() {
	local ret_hooks=''
	IFS= read -r -t "$HOOK_LOOK_SEC" ret_hooks < <(list_hooks && echo "$ret_hooks")
	tell_main "virsh-answered $1 $2 ${ret_hooks:-?}"
}

# Whether each daemon obeys the hook: a VM that is in quarantine must not start.
drill_hooks() {
	local daemon
	if type -P virsh >/dev/null && [[ ${vm_quarantine[${vms[0]}]-} == set ]]; then
		for daemon in "${libvirt_daemons[@]:0:DAEMONS_ASKED_MAX}"; do drill_hook "$daemon" "${vms[0]}" & done
		wait
	fi
	echo 'hooks drilled'
}

drill_hook() {
	local daemon=$1 vm=$2 kind system shown='' started definition process='' answer='' to_virsh='' from_virsh='' ret_uri ret_hooks=''
	trap '' PIPE
	system="<os><type>hvm</type><kernel>$DRILL_KERNEL</kernel></os>"
	read_stat "$PROC/$daemon/stat" || return
	started=$st_start
	find_uri "$daemon"
	connect_virsh || return
	list_hooks
	for kind in kvm qemu; do
		exec {definition}< <(printf '%s' "<domain type='$kind'><name>peerfence-drill-${nonce:0:8}</name>" \
			"<uuid>$vm</uuid><memory>8192</memory>$system</domain>")
		printf 'create --paused /proc/%s/fd/%s\n' "$BASHPID" "$definition" >&"$to_virsh"
		hear_virsh "$HOOK_DRILL_SEC" || break
		exec {definition}<&-
		case $heard in
		*"$vm"*'is in quarantine'*) shown=obeys ;;
		*"$DRILL_KERNEL"*) shown=ignores ;;
		*error:*) continue ;;
		*) shown=ignores && ask_virsh "destroy $vm" ;;
		esac
		break
	done
	[[ -z $shown ]] || tell_main "hook-drilled $daemon $started $shown $ret_hooks"
	ask_state "$vm" && [[ $answer == no-such-vm ]] && tell_answered "$daemon" "$vm"
	end_process "$process"
}

# What a boot ends in memory is written down once more, by wall clock, for whoever sets it anew before libvirt starts. Of
# what lives on because it was not killed, nothing.
keep_quarantine() {
	local vm key spared epoch left
	[[ -d $KEPT ]] || return
	read_clock
	printf -v epoch '%(%s)T' -1
	for vm in "${vms[@]}"; do
		spared=${vm_groups[$vm]-}
		for key in $spared; do [[ ${group_kill[$key]} != sent ]] || spared=''; done
		[[ -z $spared && ${vm_quarantine[$vm]-} == set ]] || continue
		left=$(((vm_deadline_ms[$vm] - clock_ms) / 1000 + 1 + quarantine_sec))
		printf '%s %s %s .\n' "$vm" "$left" "$((epoch + left))"
	done | dd of="$KEPT/$nonce.entries" conv=fsync status=none
	drop_old_entries
}

# Files of runs that are over, all of whose entries have ended long ago.
drop_old_entries() {
	local file vm of end mark until
	list_matches "$QUARANTINE/*.entries"
	for file in "${matches[@]}"; do
		until=0
		while read -r vm of end mark; do
			[[ ! $end =~ ^[1-9][0-9]{0,8}$ ]] || ((end <= until)) || until=$end
		done <"$file"
		((until == 0 || until * 1000 + BUDGET_MS_MAX > clock_ms)) || rm -f "$file"
	done
}

# Of those that somebody lifts. Each file was written by one run, which is over.
forget_kept() {
	local file vm
	list_matches "$KEPT/*.entries"
	for file in "${matches[@]}"; do
		for vm in "${vms[@]}"; do printf '%s 0 0 .\n' "$vm" >>"$file"; done
	done
}
