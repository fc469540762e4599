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
	if ! read_stat "$PROC/$pid/stat"; then
		if is_listed "$PROC/$pid"; then note_unreadable "$pid"; fi
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

# Of a qemu that may be any VM's.
note_unattributable() {
	scan_unattributable=$((scan_unattributable + 1))
	note_doubtful any unattributable "$1" "$2"
}

# Of a process that names VMs of the request and is no qemu by name or program. A tool that was told of one is
# no doubt where its memory shows that it runs no machine.
judge_bystander() {
	local pid=$1 dir=$2 name=${argv[0]##*/}
	if ! is_other_vmm_name "$name"; then
		match_identity
		[[ -n $hit_vm ]] && is_qemu_command_line || shows_vmm "$dir" || return
	fi
	note_ambiguous "$pid" "$name" "${ret_named[@]}"
}

# A process whose arguments are in `argv`.
judge_by_arguments() {
	local pid=$1 dir=$2 by=${3-} name=${argv[0]##*/} text
	text="${argv[*]} "
	if ! is_qemu_name "$name"; then
		# Cheap test first: most processes name no VM at all.
		find_named "$text"
		((${#ret_named[@]} > 0)) || [[ $text == *-readconfig* ]] || return
		if ! is_qemu_by_program "$dir"; then
			((${#ret_named[@]} == 0)) || judge_bystander "$pid" "$dir"
			return
		fi
	fi
	match_identity
	if ((${#hit_ambiguous[@]} > 0)); then
		note_ambiguous "$pid" "$name" "${hit_ambiguous[@]}"
	elif [[ -n $hit_vm ]]; then
		note_group "$hit_vm" "$pid" "${by:-$hit_by}"
	elif ((${#id_uuids[@]} == 0)); then
		judge_without_uuid "$pid" "$dir" "$by" "$text"
	fi
}

# A qemu that bears no uuid is a doubt where one of the request stands anywhere in its arguments, and for everybody
# where they do not say all.
judge_without_uuid() {
	local pid=$1 dir=$2 by=$3 text=$4
	# They might be those of a qemu that is dying while we read: ask twice.
	if ! read_argv "$dir/cmdline" || [[ "${argv[*]-} " != "$text" ]]; then
		# It has gone silent meanwhile. A task that has is not asked a third time: it is a doubt.
		if [[ -z $by ]]; then judge_without_arguments "$pid"; else note_unreadable "$pid"; fi
	elif ((id_config)); then
		note_unattributable "$pid" qemu
	else
		find_named "$text"
		((${#ret_named[@]} == 0)) || note_ambiguous "$pid" qemu "${ret_named[@]}"
	fi
}
