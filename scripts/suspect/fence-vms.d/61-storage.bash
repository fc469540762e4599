# Observer: what a VM's disks lie on, from what it has open.
# shellcheck shell=bash

# vm_storage and vm_types: nothing while nobody has looked. vm_hidden: its arguments name a disk that is not among
# what it has open. vm_told: `own` while every block device behind what may outlive the VM is known, in vm_devices.
declare -A vm_storage=() vm_types=() vm_hidden=() vm_told=() vm_devices=()

storage_before_kill() {
	local vm=$1 pid=$2 i
	if ((!fd_whole || fd_ring_files)) || [[ ${vm_uring[$vm]} == not-known ]]; then
		vm_told[$vm]="all"
	fi
	if ((!fd_whole)); then
		note_kind "$vm" not-known
		return
	fi
	[[ -n ${vm_told[$vm]-} ]] || vm_told[$vm]=own
	note_kind "$vm" none
	files_shown=0
	local -A shown=()
	for i in ${fd_types+"${!fd_types[@]}"}; do
		note_shown "$i"
		((fd_flags[i] & 3)) && note_file "$vm" "$pid" "$i"
	done
	# It is written to in a way that nobody looked at.
	((${#disk_files[@]} <= files_shown)) || vm_hidden[$vm]=1
	# An io_uring, and nothing that it could write to: something was not understood.
	if [[ ${vm_uring[$vm]} == seen && -z ${vm_devices[$vm]-} ]]; then vm_told[$vm]="all"; fi
}

# There is nothing to wait for in where something lies.
storage_settled() { :; }

storage_report() {
	local kind=${vm_storage[$1]-not-looked}
	[[ -n ${vm_hidden[$1]-} ]] && kind=hidden
	say "storage kind=$kind types=${vm_types[$1]:--}"
}

# The further it is from this kernel's block devices, the less of it can be seen; the worst counts.
note_kind() { note_worst vm_storage "$1" "$2" not-known user-space network-fs local none; }

# How many different files and devices are open that may be a disk. Kernels before 5.14 do not tell them apart.
files_shown=0
note_shown() {
	local i=$1 key="${fd_mounts[$1]} ${fd_inodes[$1]}"
	((fd_flags[i] & 1)) && return
	[[ ${fd_types[i]} != @(unknown|character|devtmpfs|ramfs) && -z ${shown[$key]-} ]] || return
	((fd_inodes[i] == 0)) || shown[$key]=1
	files_shown=$((files_shown + 1))
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
	nfs | nfs4 | ceph | cifs | smb3 | 9p | virtiofs | ocfs2 | gfs2 | gpfs | lustre) type_kind="network-fs" ;;
	fuse | fuse.* | fuseblk) type_kind=user-space type_word=fuse ;;
	overlay) type_kind=not-known ;;
	*) type_kind=not-known type_word=other ;;
	esac
}

# One descriptor that can write. Only what a kernel or a device works at alone outlives its qemu: the devices behind
# the rest need not be known, but for those of a helper, which lives on.
note_file() {
	local vm=$1 pid=$2 i=$3 id=${fd_mounts[$3]} file=$PROC/$2/fd/${fd_numbers[$3]} type=${fd_types[$3]}
	if [[ $type == character ]]; then
		note_character_device "$vm" "$pid" "$file"
		return
	fi
	judge_type "$type"
	[[ $type_kind == none ]] && return
	note_kind "$vm" "$type_kind"
	note_type "$vm" "$type_word"
	[[ ${vm_uring[$vm]} == none && -z $observed_helper || ${vm_told[$vm]} == all ]] && return
	case $type in
	block)
		find_block_name "$pid" "$file"
		add_device "$vm" "$SYS/class/block/${block_name//\//!}"
		;;
	ext[234] | xfs)
		[[ ${mount_options[$id]} == *,@(logdev|rtdev|journal_dev|journal_path|data=journal)* ]] && vm_told[$vm]="all"
		add_device "$vm" "$SYS/dev/block/${mount_device[$id]}"
		;;
	*) [[ ${vm_uring[$vm]} == none ]] || vm_told[$vm]="all" ;;
	esac
}

note_type() {
	[[ +${vm_types[$1]-}+ == *"+$2+"* ]] || vm_types[$1]=${vm_types[$1]:+${vm_types[$1]}+}$2
}

# A device that takes commands of its own (sg), or that the guest drives itself (vfio, vdpa). A request to the first
# goes on when the process that waited for it was killed.
note_character_device() {
	local vm=$1 pid=$2 file=$3 node nodes
	nodes=()
	for node in sg ng bsg/ vfio/ vhost-vdpa- vhost-scsi; do
		list_matches "$PROC/$pid/root/dev/$node*"
		nodes+=(${matches+"${matches[@]}"})
	done
	for node in ${nodes+"${nodes[@]}"}; do
		[[ $file -ef $node ]] || continue
		files_shown=$((files_shown + 1))
		case ${node#"$PROC/$pid/root/dev/"} in
		sg*)
			note_kind "$vm" local
			note_type "$vm" other
			vm_outlives[$vm]=1
			[[ " ${vm_devices[$vm]-} " == *" class/scsi_generic/${node##*/}/device "* ]] ||
				vm_devices[$vm]+=" class/scsi_generic/${node##*/}/device"
			;;
		ng* | bsg/*)
			# Nothing counts what is sent there.
			note_kind "$vm" not-known
			vm_outlives[$vm]=1 vm_devices[$vm]+=" uncounted"
			;;
		*) note_kind "$vm" not-known ;;
		esac
		return
	done
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
	local vm=$1 one
	list_stack "$2"
	((stack_whole)) || vm_told[$vm]="all"
	for one in ${stack+"${stack[@]}"}; do
		[[ " ${vm_devices[$vm]-} " == *" $one "* ]] || vm_devices[$vm]+=" $one"
	done
	# Through the page cache, a loop device is done with a write before it is written.
	for one in ${stack_loops+"${stack_loops[@]}"}; do
		[[ $one == '1 '* ]] || vm_told[$vm]="all"
	done
}
