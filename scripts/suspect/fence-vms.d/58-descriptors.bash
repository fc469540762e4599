# The open files of a process, told by the kernel's lists alone: no path is touched, because a look at a
# file on storage that hangs would hang with it.
# shellcheck shell=bash

# Open flags that have another value on other processors. Without a value for this one, every
# descriptor may be a file, and none is known to pass the page cache by.
direct_flag=0 file_flag=0
read_open_flags() {
	case ${BASH_VERSINFO[5]} in
	x86_64-* | i?86-* | s390x-* | riscv64-*) direct_flag=$((8#40000)) file_flag=$((8#100000)) ;;
	aarch64-* | arm*) direct_flag=$((8#200000)) file_flag=$((8#400000)) ;;
	powerpc*) direct_flag=$((8#400000)) file_flag=$((8#200000)) ;;
	esac
}

# Every descriptor of a process, one entry each in fd_*. fd_whole: all were read. fd_ring: one of them
# is an io_uring that says so; fd_ring_files: it holds files that may be no descriptor any more. fd_unix: it says
# that it is a unix socket, as these alone say how many descriptors are on their way in them. socket_mount: the
# mount of such a one, which every socket of the kernel has.
fd_numbers=() fd_flags=() fd_mounts=() fd_inodes=() fd_unix=() fd_whole=0 fd_ring=0 fd_ring_files=0 socket_mount=''
read_descriptors() {
	local file lines more flags mount inode unix
	fd_numbers=() fd_flags=() fd_mounts=() fd_inodes=() fd_unix=() fd_whole=0 fd_ring=0 fd_ring_files=0
	list_matches "$PROC/$1/fdinfo/*"
	((${#matches[@]} > 0)) && fd_whole=1
	for file in ${matches+"${matches[@]}"}; do
		lines=() inode=0 unix=0
		mapfile -t lines <"$file"
		# Position, flags, mount and, from 5.14 on, inode; then what the kind of file has to say.
		flags=${lines[1]-} mount=${lines[2]-}
		if [[ $flags != flags:*[0-7] || $mount != mnt_id:*[0-9] ]]; then
			fd_whole=0
			continue
		fi
		flags=${flags##*[!0-7]} mount=${mount##*[!0-9]}
		[[ ${lines[3]-} == ino:*[0-9] ]] && inode=${lines[3]##*[!0-9]}
		if ((${#lines[@]} > 4)) || [[ ${lines[3]-} != ino:* ]]; then
			more="${lines[*]:3}"
			[[ $more == *scm_fds:* ]] && unix=1 socket_mount=$mount
			[[ $more == *SqMask:* || $more == *UserFiles:* ]] && note_ring "${lines[@]:3}"
		fi
		fd_numbers+=("${file##*/}") fd_flags+=("$((8#$flags))") fd_mounts+=("$mount") fd_inodes+=("$inode") fd_unix+=("$unix")
	done
}

note_ring() {
	local line
	fd_ring=1
	for line in "$@"; do
		[[ $line == UserFiles:* && ${line##*[[:space:]]} != 0 ]] && fd_ring_files=1
	done
}

# Mounts by their number, which is one of the whole kernel: device number, type, options, and the place
# as it is written in the list. Ours are known throughout; of a process with other mounts, those asked for.
declare -A mount_device=() mount_type=() mount_options=() mount_point=()
own_mounts=()
take_mount() {
	local fields
	# shellcheck disable=SC2206 # splitting is the point; what could hold blanks is escaped
	fields=($2)
	mount_device[$1]=${fields[2]} mount_point[$1]=${fields[4]}
	# shellcheck disable=SC2206
	fields=(${2##* - })
	mount_type[$1]=${fields[0]} mount_options[$1]=,${fields[2]-},
}

read_own_mounts() {
	local line lines=() id
	((${#own_mounts[@]} > 0)) && return
	mapfile -t lines <"$PROC/self/mountinfo"
	for line in ${lines+"${lines[@]}"}; do
		id=${line%% *}
		own_mounts+=("$id")
		take_mount "$id" "$line"
	done
}

read_mounts_of_descriptors() {
	local line lines=() id
	declare -A wanted=()
	read_own_mounts
	for id in ${fd_mounts+"${fd_mounts[@]}"}; do
		[[ -n ${mount_type[$id]-} ]] || wanted[$id]=1
	done
	((${#wanted[@]} > 0)) || return
	mapfile -t lines <"$PROC/$1/mountinfo"
	for line in ${lines+"${lines[@]}"}; do
		id=${line%% *}
		[[ -n ${wanted[$id]-} ]] && take_mount "$id" "$line"
	done
}

# What each descriptor that was opened as a file lies on, in fd_types: a type of file system, `block`, `character`, or
# `foreign` for a file of somebody else's mounts; nothing for pipes, sockets, eventfds, and for a log: what can only
# append cannot be written to as a disk is.
fd_types=()
judge_descriptors() {
	local i type file
	fd_types=()
	read_mounts_of_descriptors "$1"
	for i in ${fd_numbers+"${!fd_numbers[@]}"}; do
		((file_flag == 0 || fd_flags[i] & file_flag)) || continue
		((file_flag > 0 && fd_flags[i] & O_APPEND)) && continue
		type=${mount_type[${fd_mounts[i]}]-foreign} file=$PROC/$1/fd/${fd_numbers[i]}
		case $type in
		devtmpfs | tmpfs | ext[234] | xfs)
			# These know their own files: to look at one waits for no device.
			if [[ ! -e $file ]]; then
				type=unknown
			elif [[ -b $file ]]; then
				type=block
			elif [[ -c $file ]]; then
				type=character
			fi
			;;
		# In no list of mounts: memory, or a file of somebody else's mounts.
		foreign) is_memory_file "$1" "${fd_inodes[i]}" && type=ramfs ;;
		esac
		fd_types[i]=$type
	done
}

# Guest memory of a memfd is a file that only the map of the process tells of.
is_memory_file() {
	local lines=() line
	mapfile -t lines <"$PROC/$1/maps"
	for line in ${lines+"${lines[@]}"}; do
		[[ $line == *" $2 "*' /memfd:'*' (deleted)' ]] && return 0
	done
	return 1
}

# The mount of ours that a path lies on, by its number, in `path_mount`. No path is touched for it.
path_mount=''
find_mount_of_path() {
	local id place best=''
	path_mount=''
	read_own_mounts
	for id in ${own_mounts+"${own_mounts[@]}"}; do
		printf -v place '%b' "${mount_point[$id]}"
		[[ $place == / || $1 == "$place" || $1 == "$place"/* ]] || continue
		# What was mounted there later covers what was before.
		((${#place} >= ${#best})) && best=$place path_mount=$id
	done
	[[ -n $path_mount && $1 == /* ]]
}
