# Writes that outlive the process in TCP: a qemu that speaks to its storage itself (rbd, iSCSI, NBD)
# leaves what it has not sent to the kernel, which goes on sending it for minutes.
# shellcheck shell=bash

declare -A vm_sockets=() vm_sockets_state=() socket_vm=()
port_first=32768 port_last=60999

read_port_range() {
	local first='' last=''
	read -r first last _ <"$PROC/sys/net/ipv4/ip_local_port_range"
	[[ $first =~ ^[0-9]+$ && $last =~ ^[0-9]+$ ]] && port_first=$first port_last=$last
}

# The TCP connections in a table of /proc that were opened from here: their local port is one that the
# kernel gave. As "bytes-to-send inode". What a qemu serves (VNC, migration) has a port of its own choice, and is no disk.
tcp_lines=()
read_tcp_lines() {
	local lines=() line fields port table
	tcp_lines=()
	for table in "$1/tcp" "$1/tcp6"; do
		# Without IPv6 there is no second table.
		[[ $table == */tcp || -e $table ]] || continue
		mapfile -t lines <"$table" || return 1
		((${#lines[@]} > 0)) || return 1
		for line in "${lines[@]:1}"; do
			# shellcheck disable=SC2206 # splitting is the point, and globbing is off
			fields=($line)
			port=${fields[1]##*:}
			[[ $port =~ ^[0-9A-F]{4}$ ]] || return 1
			((16#$port >= port_first && 16#$port <= port_last)) || continue
			tcp_lines+=("${fields[4]%:*} ${fields[9]}")
		done
	done
}

# Before the kill: what this qemu has open, for the one look at the tables that follows, which takes some 10 ms
# however few there are. Not needed for one that has none but unix sockets.
sockets_asked=0
note_descriptors_of_sockets() {
	local vm=$1 pid=$2 inode known=0
	if ((fd_local)); then
		[[ -n ${vm_sockets[$vm]-} ]] || vm_sockets[$vm]=none
		return
	fi
	sockets_asked=1
	for inode in "${fd_inodes[@]}"; do
		((inode > 0)) && known=1 socket_vm[$inode]+=" $vm"
	done
	# Kernels before 5.14 do not tell the inode; and of another network namespace nothing can be seen later.
	if ((!known || !fd_whole)) || ! [[ $PROC/$pid/ns/net -ef $PROC/self/ns/net ]]; then
		vm_sockets[$vm]=not-known
	elif [[ -z ${vm_sockets[$vm]-} ]]; then
		vm_sockets[$vm]=none
	fi
}

# The connections of these VMs, whose descriptors were noted. `seen`: it has some; `not-known`: it may have.
note_sockets() {
	local vm line fields
	((sockets_asked)) || return
	sockets_asked=0
	if ! read_tcp_lines "$PROC/self/net"; then
		for vm in "$@"; do vm_sockets[$vm]=not-known; done
		return
	fi
	for line in "${tcp_lines[@]}"; do
		# shellcheck disable=SC2206
		fields=($line)
		for vm in ${socket_vm[${fields[1]}]-}; do
			[[ ${vm_sockets[$vm]} == none ]] && vm_sockets[$vm]=seen
		done
	done
}

# Whether connections that nobody owns any more have something left to send, in tcp_rests (empty: the
# tables could not be read). Once in a round.
tcp_round=0 tcp_rests=''
look_at_orphans() {
	local line fields
	((tcp_round == round)) && return
	tcp_round=$round tcp_rests=''
	read_tcp_lines "$PROC/self/net" || return
	tcp_rests=yes
	for line in "${tcp_lines[@]}"; do
		# shellcheck disable=SC2206
		fields=($line)
		# Only the end of a closed connection is one byte: nothing was written in it.
		[[ ${fields[1]} == 0 ]] && ((16#${fields[0]} > 1)) && tcp_rests=no
	done
}

# Whether all that the VM's connections had to send has arrived, in vm_sockets_state; fails while it is
# worth looking again. Every connection without an owner may be its own: those that it had at the kill,
# and those that it had closed before, to try again, when its storage fell silent.
drain_sockets() {
	vm_sockets_state[$1]=none
	[[ ${vm_sockets[$1]-not-known} == none ]] && return 0
	vm_sockets_state[$1]=waiting
	look_at_orphans
	[[ $tcp_rests == yes ]] || return 1
	vm_sockets_state[$1]=sent
}
