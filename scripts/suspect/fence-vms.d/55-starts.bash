# Starts that are under way. Libvirt forks the process of a VM, writes down its pid, makes everything ready, for as long
# as storage and hooks take, and only then lets that very process become the qemu.
# shellcheck shell=bash

is_libvirt_program() {
	local program=${argv[0]##*/}
	[[ $program == libvirtd || $program == virtqemud || $program == lt-libvirtd || $program == lt-virtqemud ||
		$1/exe -ef /usr/sbin/libvirtd || $1/exe -ef /usr/sbin/virtqemud ]]
}

# The daemons of libvirt that may start a VM, by pid. One of a single task is a fork on its way to something else.
libvirt_daemons=()
note_libvirt_daemon() {
	[[ ${argv[0]} == *libvirtd || ${argv[0]} == *virtqemud ]] || return
	read_stat "$PROC/$1/stat" && ((st_threads > 1)) && libvirt_daemons+=("$1")
}

# Every process that a pid file names, or a status file without one: by its VM's name, which may be any. Those
# that are a qemu by now are judged like all others.
scan_starts() {
	local file name pid line
	declare -A start_name=() start_clash=()
	list_matches "$LIBVIRT_RUN/*.pid"
	for file in "${matches[@]}"; do
		pid=''
		read -r pid <"$file"
		name=${file##*/}
		note_start "${name%.pid}" "$pid"
	done
	list_matches "$LIBVIRT_RUN/*.xml"
	for file in "${matches[@]}"; do
		[[ -s ${file%.xml}.pid ]] && continue
		name=${file##*/} pid=''
		while IFS= read -r -n 4096 line; do
			[[ $line =~ \<domstatus\ .*pid=\'([0-9]+)\' ]] && pid=${BASH_REMATCH[1]}
			[[ $line != *'<domain '* && -z $pid ]] || break
		done <"$file"
		note_start "${name%.xml}" "$pid"
	done
	for pid in "${!start_name[@]}"; do judge_start "$pid" "${start_name[$pid]}"; done
}

note_start() {
	[[ $2 =~ ^[1-9][0-9]*$ && $2 != "$$" ]] || return
	[[ -z ${start_name[$2]-} || ${start_name[$2]} == "$1" ]] || start_clash[$2]=1
	start_name[$2]=$1
}

# What stands in such a file and is neither a qemu nor of libvirt has got the pid of one that is gone. It is a doubt
# only where it names the VM itself, as a script does that libvirt was given for an emulator.
judge_start() {
	local pid=$1 name=$2 dir=$PROC/$1 key
	read_stat "$dir/stat" || return
	key=$pid:$st_start
	[[ -z ${group_vm[$key]-} && -z ${stuck_groups[$key]-} ]] && ! is_qemu_name "$st_comm" || return
	read_argv "$dir/cmdline" && ((${#argv[@]} > 0)) && ! is_qemu_name "${argv[0]##*/}" || return
	if ! is_libvirt_program "$dir"; then
		find_named "${argv[*]}"
		read_uuid_of_name "$LIBVIRT_RUN/$name.xml" "$pid" && [[ " ${ret_named[*]-} " == *" $canonical "* ]] &&
			note_ambiguous "$pid" "${argv[0]##*/}" "$canonical"
		return
	fi
	# The daemon itself, which has got the pid of a qemu that it does not know any more, or writes down its own.
	((st_threads == 1)) || return
	# Until the status file is written, the definition knows whose name it is.
	if [[ -n ${start_clash[$pid]-} ]] ||
		! { read_uuid_of_name "$LIBVIRT_RUN/$name.xml" || read_uuid_of_name "$LIBVIRT_ETC/$name.xml"; }; then
		note_unattributable "$pid" "$st_comm"
	elif [[ -n ${vm_known[$canonical]-} ]]; then
		note_group "$canonical" "$pid" libvirt-start
	fi
}
