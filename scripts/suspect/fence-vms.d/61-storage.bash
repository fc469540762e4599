# What a VM's disks lie on: noted before the kill, from descriptors that can write.
# shellcheck shell=bash

# vm_told: `own` while every block device behind the VM's io_uring is known, in vm_devices.
declare -A vm_storage=() vm_types=() vm_told=() vm_devices=()

note_storage() {
	local vm=$1 pid=$2 i
	if ((!fd_whole || fd_ring_files)) || [[ ${vm_uring[$vm]} == not-known ]]; then
		vm_told[$vm]="all"
	fi
	if ((!fd_whole)); then
		note_kind "$vm" not-known
		note_page_cache "$vm" not-known
		return
	fi
	[[ -n ${vm_told[$vm]-} ]] || vm_told[$vm]=own
	note_kind "$vm" none
	note_page_cache "$vm" none
	read_mounts_of_descriptors "$pid"
	for i in "${!fd_numbers[@]}"; do
		# What cannot write, and what was not opened as a file: pipes, sockets, eventfds.
		((fd_flags[i] & 3)) || continue
		((file_flag == 0 || fd_flags[i] & file_flag)) || continue
		# A log: what can only append cannot be written to as a disk is.
		((file_flag > 0 && fd_flags[i] & O_APPEND)) && continue
		note_file "$vm" "$pid" "$i"
	done
	# An io_uring, and nothing that it could write to: something was not understood.
	if [[ ${vm_uring[$vm]} == seen && -z ${vm_devices[$vm]-} ]]; then vm_told[$vm]="all"; fi
}

# The further it is from this kernel's block devices, the less of it can be seen; the worst counts.
note_kind() {
	local kind
	for kind in not-known user-space network-fs local none; do
		[[ $kind == "$2" || $kind == "${vm_storage[$1]-}" ]] && break
	done
	vm_storage[$1]=$kind
}

# A type of file system as a word of ours and where it keeps what is written.
type_word='' type_kind=''
judge_type() {
	type_word=$1
	case $1 in
	block | ext[234] | xfs | btrfs | zfs | f2fs) type_kind=local ;;
	# Memory of this host, and what nobody can write to.
	devtmpfs | tmpfs | ramfs | hugetlbfs | devpts | proc | sysfs | cgroup | cgroup2 | mqueue | autofs | bpf | binfmt_misc | \
		configfs | debugfs | tracefs | securityfs | selinuxfs | pstore | efivarfs | fusectl | rpc_pipefs | nfsd | nsfs | \
		squashfs | iso9660 | erofs) type_kind=none type_word=memory ;;
	nfs | nfs4 | ceph | cifs | smb3 | 9p | virtiofs | ocfs2 | gfs2 | gpfs | lustre) type_kind=network-fs ;;
	fuse | fuse.* | fuseblk) type_kind=user-space type_word=fuse ;;
	overlay) type_kind=not-known ;;
	*) type_kind=not-known type_word=other ;;
	esac
}

note_file() {
	local vm=$1 pid=$2 i=$3 id type file
	id=${fd_mounts[i]} file=$PROC/$2/fd/${fd_numbers[i]}
	type=${mount_type[$id]-}
	case $type in
	devtmpfs | tmpfs | ext[234] | xfs)
		# These know their own files: to look at one waits for no device.
		if [[ ! -e $file ]]; then
			type=unknown
		elif [[ -b $file ]]; then
			type=block
		fi
		;;
	# In no list of mounts: memory, or a file of somebody else's mounts.
	'') is_memory_file "$pid" "${fd_inodes[i]}" && return ;;
	esac
	judge_type "$type"
	[[ $type_kind == none ]] && return
	note_kind "$vm" "$type_kind"
	[[ +${vm_types[$vm]-}+ == *"+$type_word+"* ]] || vm_types[$vm]=${vm_types[$vm]:+${vm_types[$vm]}+}$type_word
	note_cached_file "$vm" "$pid" "$i" "$type"
	# Only a request of an io_uring outlives its qemu.
	[[ ${vm_uring[$vm]} == none || ${vm_told[$vm]} == all ]] && return
	case $type in
	block)
		find_block_name "$pid" "$file"
		add_device "$vm" "$SYS/class/block/${block_name//\//!}"
		;;
	ext[234] | xfs)
		[[ ${mount_options[$id]} == *,@(logdev|rtdev|journal_dev|journal_path|data=journal)* ]] && vm_told[$vm]="all"
		add_device "$vm" "$SYS/dev/block/${mount_device[$id]}"
		;;
	*) vm_told[$vm]="all" ;;
	esac
}

# Guest memory of a memfd is a file that only the map of the process tells of.
is_memory_file() {
	local lines=() line
	mapfile -t lines <"$PROC/$1/maps"
	for line in "${lines[@]}"; do
		[[ $line == *" $2 "*' /memfd:'*' (deleted)' ]] && return 0
	done
	return 1
}

# The kernel's name of an open block device, by the node of this name in the process's own /dev.
block_name='' block_names=() block_looks=0
find_block_name() {
	local pid=$1 file=$2 name
	block_name=''
	if ((${#block_names[@]} == 0)); then
		list_matches "$SYS/class/block/*"
		block_names=("${matches[@]##*/}")
		block_names=("${block_names[@]//!/\/}")
	fi
	for name in "${block_names[@]}"; do
		# Hundreds of VMs on a host with hundreds of devices: past this it is not worth the time.
		((++block_looks <= BLOCK_LOOKS_MAX)) || return
		if [[ $file -ef $PROC/$pid/root/dev/$name ]]; then
			block_name=$name
			return
		fi
	done
}

# Adds a device to the VM's, with all that it is stacked on.
add_device() {
	local vm=$1 number='' direct='' lower lowers
	read -r number <"$2/dev"
	if [[ ! $number =~ ^[0-9]+:[0-9]+$ || ! -e $SYS/dev/block/$number ]]; then
		vm_told[$vm]="all"
		return
	fi
	[[ " ${vm_devices[$vm]-} " == *" $number "* ]] && return
	vm_devices[$vm]+=" $number"
	# The disk of a partition, and what a mapped device is made of.
	[[ -e $SYS/dev/block/$number/partition ]] && add_device "$vm" "$SYS/dev/block/$number/.."
	if [[ -e $SYS/dev/block/$number/loop/backing_file ]]; then
		# Through the page cache, a loop device is done with a write before it is written.
		read -r direct <"$SYS/dev/block/$number/loop/dio"
		[[ $direct == 1 ]] || vm_told[$vm]="all"
	fi
	list_matches "$SYS/dev/block/$number/slaves/*"
	lowers=("${matches[@]}")
	for lower in "${lowers[@]}"; do add_device "$vm" "$lower"; done
}
