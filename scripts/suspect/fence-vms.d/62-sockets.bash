# Writes that outlive the process in TCP: a qemu that speaks to its storage itself (rbd, iSCSI, NBD)
# leaves what it has not sent to the kernel, which goes on sending it for minutes.
# shellcheck shell=bash

declare -A vm_sockets=() vm_sockets_state=()
port_first=32768 port_last=60999

read_port_range() {
	local first='' last=''
	read -r first last _ </proc/sys/net/ipv4/ip_local_port_range
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

# Before the kill: the connections of this qemu. `seen`: it has some; `not-known`: it may have.
note_sockets() {
	local vm=$1 pid=$2 inode line fields known=0
	declare -A inodes=()
	[[ ${vm_sockets[$vm]-} == not-known ]] && return
	for inode in "${fd_inodes[@]}"; do
		((inode > 0)) && known=1 inodes[$inode]=1
	done
	# Kernels before 5.14 do not tell the inode; and of another network namespace nothing can be seen later.
	if ((!known || !fd_whole)) || ! [[ /proc/$pid/ns/net -ef /proc/self/ns/net ]] || ! read_tcp_lines /proc/self/net; then
		vm_sockets[$vm]=not-known
		return
	fi
	[[ -n ${vm_sockets[$vm]-} ]] || vm_sockets[$vm]=none
	for line in "${tcp_lines[@]}"; do
		# shellcheck disable=SC2206
		fields=($line)
		[[ -n ${inodes[${fields[1]}]-} ]] && vm_sockets[$vm]=seen
	done
}

# Whether all that the VM's connections had to send has arrived, in vm_sockets_state; fails while it is
# worth looking again. Every connection without an owner may be its own: those that it had at the kill,
# and those that it had closed before, to try again, when its storage fell silent.
drain_sockets() {
	local vm=$1 line fields
	vm_sockets_state[$vm]=none
	[[ ${vm_sockets[$vm]-not-known} == none ]] && return 0
	vm_sockets_state[$vm]=waiting
	read_tcp_lines /proc/self/net || return 1
	for line in "${tcp_lines[@]}"; do
		# shellcheck disable=SC2206
		fields=($line)
		# Only the end of a closed connection is one byte: nothing was written in it.
		[[ ${fields[1]} == 0 ]] && ((16#${fields[0]} > 1)) && return 1
	done
	vm_sockets_state[$vm]=sent
}
