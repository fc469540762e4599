# Whose a process is by what libvirt wrote down, where its own arguments do not tell.
# shellcheck shell=bash
readonly LIBVIRT_RUN=/run/libvirt/qemu LIBVIRT_ETC=/etc/libvirt/qemu

# `owner` is the VM's uuid, where a pid file and a status file both name this pid, or where its cgroup bears the name
# of one VM alone. owner_is_qemu says that the process is some qemu of libvirt; with no owner it is then one that
# nobody can name.
owner='' owner_by='' owner_is_qemu=0
attribute_by_libvirt() {
	local pid=$1
	shift
	owner='' owner_by='' owner_is_qemu=0
	read_cgroup_name "$@"
	if read_pid_files "$pid"; then
		owner=$canonical owner_by=pid-file
		return
	fi
	# Two files claim the pid, or one does and does not say whose it is.
	((owner_is_qemu)) && [[ -z $cgroup_name ]] && return
	[[ -n $cgroup_name ]] || return
	owner_is_qemu=1
	find_uuid_of_cgroup "$pid"
	owner=$canonical owner_by=cgroup
}

# Libvirt's name of the VM in the cgroup of any of these tasks, in `cgroup_name`; with the driver and the number that
# stand before it in cgroup_full.
cgroup_name='' cgroup_full=''
read_cgroup_name() {
	local task line lines
	cgroup_name='' cgroup_full=''
	for task in "$@"; do
		lines=()
		mapfile -t lines <"$task/cgroup"
		for line in "${lines[@]}"; do
			line=${line//'\x2d'/-}
			[[ $line =~ /(machine-)?(qemu-[0-9]+-([^/]+)) ]] || continue
			cgroup_name=${BASH_REMATCH[3]} cgroup_full=${BASH_REMATCH[2]}
			cgroup_name=${cgroup_name%.scope}
			cgroup_name=${cgroup_name%.libvirt-qemu}
			return
		done
	done
}

# The uuid, in `canonical`, of the VM whose cgroup bears cgroup_name; empty where nobody can tell. Libvirt makes that
# name of the VM's: it drops most characters, joins runs of others, and cuts it. So it tells only where the status
# file of that very name also names this pid, or where no more than one VM of this host could have got it, and
# that one does not run as somebody else.
find_uuid_of_cgroup() {
	local pid=$1 file name found='' letters=${cgroup_name//[!0-9A-Za-z]/}
	read_uuid_of_name "$LIBVIRT_RUN/$cgroup_name.xml" "$pid" && return
	for name in "$LIBVIRT_RUN" "$LIBVIRT_ETC"; do
		list_matches "$name/*.xml"
		for file in "${matches[@]}"; do
			name=${file##*/}
			name=${name%.xml}
			name=${name//[!0-9A-Za-z]/}
			[[ $name == "$letters" || (${#cgroup_full} -ge CGROUP_NAME_CUT_MIN && $name == "$letters"*) ]] || continue
			if ! read_uuid_of_name "$file" || [[ -n $found && $found != "$canonical" ]] ||
				{ [[ $file == "$LIBVIRT_RUN"/* ]] && ! read_uuid_of_name "$file" "$pid"; }; then
				canonical=''
				return
			fi
			found=$canonical
		done
	done
	canonical=$found
}

# The uuid, in `canonical`, of the one VM whose pid file and status file both name this pid.
read_pid_files() {
	local pid=$1 file line found=''
	list_matches "$LIBVIRT_RUN/*.pid"
	for file in "${matches[@]}"; do
		line=''
		read -r line <"$file"
		[[ $line == "$pid" ]] || continue
		owner_is_qemu=1
		read_uuid_of_name "${file%.pid}.xml" "$pid" || return 1
		[[ -z $found || $found == "$canonical" ]] || return 1
		found=$canonical
	done
	canonical=$found
	[[ -n $found ]]
}

# The uuid in one of libvirt's XML files, in `canonical`; with a pid, only if the file names it too.
read_uuid_of_name() {
	local lines=() line pid_agrees=0
	canonical=''
	mapfile -t -n 8000 lines <"$1" || return 1
	for line in "${lines[@]}"; do
		[[ $line == *'<domstatus '*"pid='${2-}'"* ]] && pid_agrees=1
		if [[ $line =~ \<uuid\>([0-9a-f-]{36})\</uuid\> ]]; then
			[[ -z ${2-} ]] || ((pid_agrees)) || return 1
			make_canonical "${BASH_REMATCH[1]}"
			[[ -n $canonical ]] && return 0
			return 1
		fi
	done
	return 1
}
