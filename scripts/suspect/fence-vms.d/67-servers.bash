# Who serves a socket, a block device or a file system of FUSE on this host: a program that may write for a VM.
# shellcheck shell=bash

# The unix sockets of a namespace: "STATE INODE PATH".
unix_lines=()
read_unix_lines() {
	local lines=() line fields
	unix_lines=()
	[[ -n $1 ]] && find_table "$1" unix || return 1
	mapfile -t lines <"$table_file" || return 1
	((${#lines[@]} > 0)) || return 1
	for line in "${lines[@]:1}"; do
		# shellcheck disable=SC2206
		fields=($line)
		unix_lines+=("${fields[5]-} ${fields[6]-} ${line#*"${fields[6]-} "}")
	done
}

# The pid of whoever has the other end of the qemu's connection to a socket at this path, in `server`. The connection
# is kept for the VM. Fails where there is no such connection, or nobody here has it.
server=''
find_server() {
	local vm=$1 path=$2 own=$3 line fields inode pid
	server=''
	[[ $path != - ]] && read_unix_lines "$net" || return 1
	for line in ${unix_lines+"${unix_lines[@]}"}; do
		[[ $line == 03\ *" $path" || $line == 03\ *" @$path" ]] || continue
		# shellcheck disable=SC2206
		fields=($line)
		inode=${fields[1]}
		[[ $own == *" $inode "* ]] && continue
		find_socket_owner "$inode" "$path" || continue
		server=$socket_owner
		[[ -z $vm ]] || vm_helper_links[$vm]+=" $net:$inode"
	done
	[[ -n $server ]]
}

# Who has a socket, by its inode, in `socket_owner`. All sockets are read once, and once more for one that is new; where
# the kernel does not tell inodes (before 5.14), by who names its path.
declare -A owner_of_socket=()
socket_owner='' owners_few=0
find_socket_owner() {
	socket_owner=${owner_of_socket[$1]-}
	if [[ -z $socket_owner ]] && ((owners_few != few_number)); then
		list_socket_owners
		socket_owner=${owner_of_socket[$1]-}
	fi
	[[ -n $socket_owner ]] || find_process_naming "$2"
}

list_socket_owners() {
	local dir dirs file files lines pid
	owners_few=$few_number
	list_matches "$PROC/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		pid=${dir##*/}
		[[ $pid == "$$" ]] && continue
		list_matches "$dir/fdinfo/*"
		files=(${matches+"${matches[@]}"})
		for file in ${files+"${files[@]}"}; do
			lines=()
			mapfile -t -n 5 lines <"$file"
			[[ ${lines[3]-} == ino:*[0-9] && ${lines[4]-} == scm_fds:* ]] || continue
			owner_of_socket[${lines[3]##*[!0-9]}]=$pid
		done
	done
}

find_process_naming() {
	local dir dirs
	socket_owner=''
	list_matches "$PROC/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		[[ ${dir##*/} == "$$" ]] && continue
		read_words "$dir/cmdline" || continue
		is_qemu_name "${words_read[0]##*/}" && continue
		[[ " ${words_read[*]} " == *[\ =:,]"$1"[\ ,]* ]] && socket_owner=${dir##*/}
	done
	[[ -n $socket_owner ]]
}

# The programs behind block devices of the process, in block_servers.
block_servers=()
list_block_servers() {
	local i
	block_servers=()
	for i in ${fd_types+"${!fd_types[@]}"}; do
		[[ ${fd_types[i]} == block ]] || continue
		find_block_name "$1" "$PROC/$1/fd/${fd_numbers[i]}"
		[[ -n $block_name ]] || continue
		list_stack "$SYS/class/block/${block_name//\//!}"
		block_servers+=(${stack_servers+"${stack_servers[@]}"})
	done
}

# Whoever has /dev/fuse open serves a file system, perhaps the one that the VM's image lies on.
fuse_servers=()
list_fuse_servers() {
	local dir dirs file files lines mount
	fuse_servers=()
	list_matches "$PROC/[0-9]*"
	dirs=(${matches+"${matches[@]}"})
	for dir in ${dirs+"${dirs[@]}"}; do
		list_matches "$dir/fdinfo/*"
		files=(${matches+"${matches[@]}"})
		for file in ${files+"${files[@]}"}; do
			lines=()
			mapfile -t -n 3 lines <"$file"
			mount=${lines[2]-}
			# To look at what lies in memory waits for no storage.
			[[ ${mount_type[${mount##*[!0-9]}]-} == @(devtmpfs|tmpfs) && $dir/fd/${file##*/} -ef $PROC/${dir##*/}/root/dev/fuse ]] || continue
			fuse_servers+=("${dir##*/}")
			break
		done
	done
}

# The arguments of another process than the one that is being judged.
words_read=()
read_words() {
	local argv=()
	words_read=()
	read_argv "$1" && ((${#argv[@]} > 0)) && words_read=("${argv[@]}")
}
