# What was found: the VMs' thread groups, and what leaves a doubt.
# shellcheck shell=bash
# Thread groups of the VMs, by "pid:start"; those of one VM, and those that nobody has killed yet.
groups=() groups_unkilled=()
declare -A vm_groups=() group_vm=() group_by=() group_seen=() group_kill=() group_now=() group_after_ms=() group_words=()
declare -A vm_ambiguous=() vm_dirty_ms=()
# Of the last scan, for every VM alike.
scan_seen=before-kill scan_processes=0 scan_unattributable=0 scan_unreadable=0 scan_doubtful=()

note_doubtful() {
	make_word "$4"
	scan_doubtful+=("$1 doubtful why=$2 pid=$3 comm=$word")
}

# Of a process that may be any of these VMs.
note_ambiguous() {
	local pid=$1 comm=$2 vm
	for vm in "${@:3}"; do
		vm_ambiguous[$vm]=$((${vm_ambiguous[$vm]-0} + 1))
		note_doubtful "$vm" ambiguous "$pid" "$comm"
	done
}

note_unreadable() {
	scan_unreadable=$((scan_unreadable + 1))
	note_doubtful any unreadable "$1" ''
}

# A group of a VM: remembered by pid and start time before anything is done to it.
note_group() {
	local vm=$1 pid=$2 by=$3 key
	if ! read_stat "/proc/$pid/stat"; then
		if is_listed "/proc/$pid"; then note_unreadable "$pid"; fi
		return
	fi
	key=$pid:$st_start
	if [[ -n ${group_vm[$key]-} ]]; then
		# By another sign it was another VM's: one of the two is wrong.
		[[ ${group_vm[$key]} == "$vm" ]] || note_ambiguous "$pid" "$st_comm" "$vm" "${group_vm[$key]}"
		return
	fi
	groups+=("$key")
	groups_unkilled+=("$key")
	vm_groups[$vm]+=" $key"
	group_vm[$key]=$vm group_by[$key]=$by group_seen[$key]=$scan_seen
	group_kill[$key]=not-sent group_now[$key]=living group_after_ms[$key]=0
	group_words[$key]="${#argv[@]} ${argv[*]}"
}

is_qemu_by_program() {
	runs_qemu_program "$1" || { read_stat "$1/stat" && is_qemu_name "$st_comm"; }
}

judge_voiced() {
	local pid=$1 dir=$2 by=${3-} first text
	text="${argv[*]} "
	if ! is_qemu_name "${argv[0]##*/}"; then
		# Not a qemu by its name. Cheap test first: most processes hold no such word at all.
		[[ $text == *'-uuid '* || $text == *'-name '* ]] || return
		match_identity
		[[ -n $hit_vm ]] || return
		if ((${#hit_ambiguous[@]} == 0)) && ! is_qemu_by_program "$dir"; then
			# Other programs take a -name, too (find, docker); a -uuid is qemu's own word.
			((${#id_uuids[@]} > 0)) && note_ambiguous "$pid" "${argv[0]##*/}" "$hit_vm"
			return
		fi
	else
		match_identity
	fi
	if ((${#hit_ambiguous[@]} > 0)); then
		note_ambiguous "$pid" "${argv[0]##*/}" "${hit_ambiguous[@]}"
	elif [[ -n $hit_vm ]]; then
		note_group "$hit_vm" "$pid" "${by:-$hit_by}"
	elif ((${#id_uuids[@]} == 0)); then
		# Without -uuid the arguments might be those of a qemu that is dying while we read: ask twice.
		if ! read_argv "$dir/cmdline" || [[ "${argv[*]-} " != "$text" ]]; then
			# It has gone silent meanwhile. A task that has is not asked a third time: it is a doubt.
			if [[ -z $by ]]; then judge_voiceless "$pid"; else note_unreadable "$pid"; fi
			return
		fi
		[[ -n $hit_other ]] && return
		# A qemu without any identity that has the uuid somewhere in its arguments.
		for first in "${vms[@]}"; do
			if [[ ${text,,} == *"$first"* || ${text,,} == *"${first//-/}"* ]]; then
				note_ambiguous "$pid" qemu "$first"
			fi
		done
	fi
}
