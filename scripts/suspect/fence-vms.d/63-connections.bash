# The connections of a network namespace, as the kernel's tables show them: before the kill, and through the same
# descriptor again after it.
# shellcheck shell=bash

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
