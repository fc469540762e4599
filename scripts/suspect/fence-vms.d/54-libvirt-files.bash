# Whose a process is by what libvirt wrote down.
# shellcheck shell=bash
# Whose a process without arguments is, by libvirt's cgroup or by its pid file together with its
# status file: `owner` (a uuid), owner_by, and owner_is_qemu where only that much is certain.
owner='' owner_by='' owner_is_qemu=0
attribute_by_libvirt() {
	local pid=$1 task line lines name file
	owner='' owner_by='' owner_is_qemu=0
	shift
	for task in "$@"; do
		lines=()
		mapfile -t lines <"$task/cgroup"
		for line in "${lines[@]}"; do
			[[ $line == *qemu* ]] || continue
			owner_is_qemu=1
			line=${line//'\x2d'/-}
			if [[ $line =~ qemu-[0-9]+-([0-9A-Fa-f-]{32,36})(\.|/|$) ]]; then
				make_canonical "${BASH_REMATCH[1]}"
				owner=$canonical owner_by=cgroup
				[[ -n $owner ]] && return
			fi
		done
	done
	list_matches '/run/libvirt/qemu/*.pid'
	for file in "${matches[@]}"; do
		line=''
		read -r line <"$file"
		[[ $line == "$pid" ]] || continue
		owner_is_qemu=1
		name=${file%.pid}
		read_status_file "$name.xml" "$pid"
		if [[ -n $owner && $owner != "$canonical" ]]; then
			# Two files claim one pid: one is stale, and there is no telling which.
			owner='' owner_by=''
			return
		fi
		owner=$canonical owner_by=pid-file
	done
}

# The uuid in libvirt's status file, in `canonical`, if that file names the same pid.
read_status_file() {
	local lines=() line pid_agrees=0
	canonical=''
	mapfile -t -n 400 lines <"$1" || return
	for line in "${lines[@]}"; do
		[[ $line == *'<domstatus '*"pid='$2'"* ]] && pid_agrees=1
		if [[ $line =~ \<uuid\>([0-9a-f-]{36})\</uuid\> ]]; then
			((pid_agrees)) && make_canonical "${BASH_REMATCH[1]}"
			return
		fi
	done
}
