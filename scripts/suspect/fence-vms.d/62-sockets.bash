# Observer: writes that outlive the process in TCP. A qemu that speaks to its storage itself (rbd, iSCSI, NBD) leaves
# what it has not sent to the kernel, which goes on sending it for minutes.
# shellcheck shell=bash

# vm_sockets: none, seen, not-known; nothing while nobody has looked. vm_sockets_state: nothing until somebody has
# looked after the end. vm_nets: the network namespaces of its qemus, `own` or a number.
declare -A vm_sockets=() vm_sockets_state=() vm_nets=()

# Before the kill: what of the sockets of this process may hold something that it wrote. What it serves (VNC,
# migration) is no disk: it has a socket that listens there. Everything else counts, whatever its port is.
sockets_before_kill() {
	local vm=$1 pid=$2
	# What MPTCP holds above its connections no table shows, and they themselves are in that of TCP.
	if ! list_sockets "$pid" || ((disk_unseen)); then
		note_sockets "$vm" not-known
	elif ((sockets_there == 0 && !disk_network)); then
		note_sockets "$vm" none
	elif ! find_net "$pid"; then
		note_sockets "$vm" not-known
	else
		[[ " ${vm_nets[$vm]-} " == *" $net "* ]] || vm_nets[$vm]+=" $net"
		judge_sockets "$net"
		# Its arguments name storage that it has lost its connection to, perhaps.
		[[ $sockets_word == none ]] && ((disk_network)) && sockets_word=seen
		note_sockets "$vm" "$sockets_word"
	fi
}

# A VM that spoke to somebody over the network itself did so to its storage, perhaps.
note_sockets() {
	note_worst vm_sockets "$1" "$2" not-known seen none
	case $2 in
	seen) note_kind "$1" user-space ;;
	not-known) note_kind "$1" not-known ;;
	esac
}

# The sockets of a process whose descriptors were read, but for unix ones that say so: how many in sockets_there,
# their inodes, where the kernel tells them, in socket_inodes. Fails where there may be others.
socket_inodes=() sockets_there=0
list_sockets() {
	local i file
	socket_inodes=() sockets_there=0
	((fd_whole && !fd_ring_files && file_flag > 0)) || return 1
	for i in ${fd_numbers+"${!fd_numbers[@]}"}; do
		((fd_unix[i])) && continue
		if [[ -n $socket_mount ]]; then
			[[ ${fd_mounts[i]} == "$socket_mount" ]] || continue
		else
			# What was not opened as a file lies on no storage: a look at it waits for nothing.
			((fd_flags[i] & file_flag)) && continue
			file=$PROC/$1/fd/${fd_numbers[i]}
			[[ -e $file ]] || return 1
			[[ -S $file ]] || continue
		fi
		sockets_there=$((sockets_there + 1))
		((fd_inodes[i] == 0)) || socket_inodes+=("${fd_inodes[i]}")
	done
}

# What the sockets in socket_inodes are, in sockets_word.
sockets_word=''
judge_sockets() {
	local net=$1 inode place
	local -A served=()
	sockets_word=not-known
	if ((${#socket_inodes[@]} < sockets_there)); then
		# Kernels before 5.14 do not tell the inode. What is seen of TCP after the end needs none.
		has_foreign_protocol "$net" || sockets_word=seen
		return
	fi
	[[ ${tcp_few[$net]-0} == "$few_number" ]] || read_tcp_before "$net" || return
	knows_sockets "$net" || { read_tcp_before "$net" && knows_sockets "$net"; } || return
	for inode in ${socket_inodes+"${socket_inodes[@]}"}; do
		place=${tcp_listens["$net $inode"]-}
		[[ -z $place ]] || served[$place]=1
	done
	sockets_word=none
	for inode in ${socket_inodes+"${socket_inodes[@]}"}; do
		place=${tcp_place["$net $inode"]-}
		[[ -z $place ]] || is_served_at "$place" || sockets_word=seen
	done
}

# Whether each of socket_inodes is in a table of the kernel. One of a family that has none (MPTCP, SMC, SCTP, vsock),
# or of another namespace, may hold anything.
knows_sockets() {
	local net=$1 inode table lines line fields column left=()
	for inode in ${socket_inodes+"${socket_inodes[@]}"}; do
		[[ -n ${tcp_listens["$net $inode"]-}${tcp_place["$net $inode"]-} ]] || left+=("$inode")
	done
	((${#left[@]} > 0)) || return 0
	local -A known=()
	for table in unix:6 netlink:9 packet:8 udp:9 udp6:9 udplite:9 udplite6:9 raw:9 raw6:9 icmp:9 icmp6:9; do
		column=${table#*:}
		find_table "$net" "${table%:*}" || continue
		lines=()
		mapfile -t lines <"$table_file"
		for line in ${lines+"${lines[@]}"}; do
			# shellcheck disable=SC2206
			fields=($line)
			known[${fields[column]:-0}]=1
		done
	done
	for inode in "${left[@]}"; do
		[[ -n ${known[$inode]-} ]] || return 1
	done
}

# Whether anybody in a namespace has a socket of a family whose data no table shows.
has_foreign_protocol() {
	local lines=() line fields
	find_table "$1" protocols || return 0
	mapfile -t lines <"$table_file"
	((${#lines[@]} > 1)) || return 0
	for line in "${lines[@]:1}"; do
		# shellcheck disable=SC2206
		fields=($line)
		case ${fields[0]} in
		TCP | TCPv6 | UDP | UDPv6 | UDP-Lite | UDPLITEv6 | RAW | RAWv6 | PING | PINGv6 | UNIX | UNIX-STREAM | NETLINK | PACKET) ;;
		*) [[ ${fields[2]} == 0 ]] || return 0 ;;
		esac
	done
	return 1
}

# Whether all that the VM's connections had to send has arrived, in vm_sockets_state; fails while it is
# worth looking again. Every connection without an owner may be its own: those that it had at the kill,
# and those that it had closed before, to try again, when its storage fell silent.
sockets_settled() {
	local vm=$1 one state=sent in=${vm_nets[$1]-}
	case ${vm_sockets[$vm]-} in
	none | not-known)
		vm_sockets_state[$vm]=${vm_sockets[$vm]}
		return 0
		;;
	# Nobody knows what it had, nor where: all that can be seen is looked at, and it is not all that there is.
	'')
		state=not-looked
		list_nets
		in="own ${nets[*]-}"
		;;
	esac
	for one in $in; do
		[[ $state == not-looked && ${net_rests[$one]-} == yes ]] && continue
		look_at_orphans "$one"
		case ${net_rests[$one]} in
		yes) ;;
		no) state=waiting ;;
		*) [[ $state == waiting ]] || state=not-known ;;
		esac
	done
	vm_sockets_state[$vm]=$state
	[[ $state != waiting ]]
}

sockets_report() { say "sockets state=${vm_sockets_state[$1]-not-looked}"; }
