# Whose a process is by what libvirt wrote down. Only for processes whose own arguments are gone.
# shellcheck shell=bash

# `owner` is the VM's uuid, where a status file names this pid, or where a file of libvirt gives the
# uuid of the name that the process's cgroup bears. A name alone decides nothing, even if it looks
# like a uuid: a copy of a VM may bear the uuid of the original for its name. owner_is_qemu says that
# the process is some qemu of libvirt; with no owner it is then one that nobody can name.
owner='' owner_by='' owner_is_qemu=0
attribute_by_libvirt() {
	local pid=$1 name='' by_cgroup=''
	shift
	owner='' owner_by='' owner_is_qemu=0
	read_cgroup_name "$@"
	name=$cgroup_name
	if read_pid_files "$pid"; then
		owner=$canonical owner_by=pid-file
		return
	fi
	# Two files claim the pid, or one does and does not say whose it is.
	((owner_is_qemu)) && [[ -z $name ]] && return
	[[ -n $name ]] || return
	owner_is_qemu=1
	read_uuid_of_name "/run/libvirt/qemu/$name.xml" && by_cgroup=$canonical
	[[ -n $by_cgroup ]] || { read_uuid_of_name "/etc/libvirt/qemu/$name.xml" && by_cgroup=$canonical; }
	owner=$by_cgroup owner_by=cgroup
}

# Libvirt's name of the VM in the cgroup of any of these tasks, in `cgroup_name`.
cgroup_name=''
read_cgroup_name() {
	local task line lines
	cgroup_name=''
	for task in "$@"; do
		lines=()
		mapfile -t lines <"$task/cgroup"
		for line in "${lines[@]}"; do
			line=${line//'\x2d'/-}
			[[ $line =~ /(machine-)?qemu-[0-9]+-([^/]+) ]] || continue
			cgroup_name=${BASH_REMATCH[2]}
			cgroup_name=${cgroup_name%.scope}
			cgroup_name=${cgroup_name%.libvirt-qemu}
			return
		done
	done
}

# The uuid, in `canonical`, of the one VM whose pid file and status file both name this pid.
read_pid_files() {
	local pid=$1 file line found=''
	list_matches '/run/libvirt/qemu/*.pid'
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
