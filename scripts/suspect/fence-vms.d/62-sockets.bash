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

# The network namespace of a process, in `net`. Another one than ours is kept by its tables, which can be read after
# the process has gone, and show it alone.
net='' nets=()
declare -A net_space=() net_table=()
find_net() {
	local pid=$1 one fd table
	net=own
	[[ $PROC/$pid/ns/net -ef $PROC/self/ns/net ]] && return 0
	for net in ${nets+"${nets[@]}"}; do
		[[ $PROC/$pid/ns/net -ef ${net_space[$net]} ]] && return 0
	done
	((${#nets[@]} < NETS_MAX)) || return 1
	net=$((${#nets[@]} + 1))
	exec {fd}<"$PROC/$pid/ns/net" || return 1
	net_space[$net]=/proc/self/fd/$fd
	for table in tcp tcp6 unix; do
		[[ $table != tcp6 || -e $PROC/$pid/net/$table ]] || continue
		exec {fd}<"$PROC/$pid/net/$table" || return 1
		net_table["$net:$table"]=/proc/self/fd/$fd
	done
	# Not that of somebody who came in between.
	[[ $PROC/$pid/ns/net -ef ${net_space[$net]} ]] || return 1
	# These are asked for while the process is there alone.
	net_table["$net:pid"]=$pid
	nets+=("$net")
}

# Where a table of a namespace is read, in `table_file`; fails where there is none.
table_file=''
find_table() {
	if [[ $1 == own ]]; then
		table_file=$PROC/self/net/$2
	else
		table_file=${net_table["$1:$2"]-$PROC/${net_table["$1:pid"]}/net/$2}
	fi
	[[ -e $table_file ]]
}

# The sockets of TCP of a namespace, as "TABLE/ADDRESS:PORT STATE UNSENT INODE".
tcp_lines=()
read_tcp_lines() {
	local lines line fields table
	tcp_lines=()
	for table in tcp tcp6; do
		# Without IPv6 there is no second table.
		find_table "$1" "$table" || { [[ $table == tcp6 ]] && continue; } || return 1
		lines=()
		mapfile -t lines <"$table_file" || return 1
		((${#lines[@]} > 0)) || return 1
		for line in "${lines[@]:1}"; do
			# shellcheck disable=SC2206 # splitting is the point, and globbing is off
			fields=($line)
			[[ ${fields[1]-} == *:[0-9A-F][0-9A-F][0-9A-F][0-9A-F] && ${fields[9]-} == [0-9]* ]] || return 1
			tcp_lines+=("$table/${fields[1]} ${fields[3]} ${fields[4]%:*} ${fields[9]}")
		done
	done
}

# Before the kill, once for a few VMs and a namespace: it takes some 10 ms however few there are. Whose inode listens,
# and the place of each other one. tcp_served: all places where somebody listens, kept for later.
declare -A tcp_few=() tcp_listens=() tcp_place=() tcp_served=()
read_tcp_before() {
	local line fields
	tcp_few[$1]=0
	read_tcp_lines "$1" || return 1
	tcp_few[$1]=$few_number
	for line in ${tcp_lines+"${tcp_lines[@]}"}; do
		# shellcheck disable=SC2206
		fields=($line)
		if [[ ${fields[1]} == 0A ]]; then
			tcp_listens["$1 ${fields[3]}"]=${fields[0]} tcp_served["$1 ${fields[0]}"]=1
		elif [[ ${fields[3]} != 0 ]]; then
			tcp_place["$1 ${fields[3]}"]=${fields[0]}
		fi
	done
}

# Whether somebody listens at a place: at this address, or at every one.
is_served_at() {
	local table=${1%%/*} port=${1##*:} every=00000000
	[[ $table == tcp6 ]] && every=$every$every$every$every
	[[ -n ${served["$1"]-} || -n ${served["$table/$every:$port"]-} ]]
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

# Whether connections of a namespace that nobody owns any more have something left to send, in net_rests (`no`, `yes`;
# nothing: the tables could not be read). Once in a round. What somebody served there, or still serves, is no disk.
declare -A net_round=() net_rests=()
look_at_orphans() {
	local net=$1 line fields
	[[ ${net_round[$net]-} == "$round" ]] && return
	net_round[$net]=$round net_rests[$net]=''
	read_tcp_lines "$net" || return
	net_rests[$net]=yes
	for line in ${tcp_lines+"${tcp_lines[@]}"}; do
		# shellcheck disable=SC2206
		fields=($line)
		# Only the end of a closed connection is one byte: nothing was written in it.
		# One that is closing may bear the inode that it had: so does what is left of MPTCP.
		[[ ${fields[3]} == 0 || ${fields[1]} == 0[49B] ]] || continue
		((16#${fields[2]} <= 1)) || is_served_in "$net" "${fields[0]}" || net_rests[$net]=no
	done
}

is_served_in() {
	local place=$2 line port=${2##*:}
	local -A served=()
	for line in "${!tcp_served[@]}"; do
		[[ $line == "$1 "*":$port" ]] && served[${line#* }]=1
	done
	for line in "${tcp_lines[@]}"; do
		[[ $line == *":$port 0A "* ]] && served[${line%% *}]=1
	done
	is_served_at "$place"
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

# The network namespaces that some process is in.
nets_listed=0
list_nets() {
	local dir dirs net
	((nets_listed)) && return
	nets_listed=1
	list_matches "$PROC/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		[[ -e $dir/ns/net ]] && find_net "${dir##*/}"
	done
}

sockets_report() { say "sockets state=${vm_sockets_state[$1]-not-looked}"; }
