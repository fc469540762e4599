# The disks that a qemu's arguments name, and who serves them.
# shellcheck shell=bash

# Of `argv`: disk_files, disks that are files or devices of the host and can be written to; disk_network: one that
# qemu reaches over a network itself, disk_unseen: by MPTCP; disk_servers, the unix sockets of programs that write for
# it; disk_tpm, that of the program that keeps the state of its TPM.
disk_files=() disk_network=0 disk_unseen=0 disk_servers=() disk_tpm=()
read_disks() {
	local argument value_of=''
	declare -A socket_of=()
	disk_files=() disk_network=0 disk_unseen=0 disk_servers=() disk_tpm=()
	# What the devices refer to comes before them or after.
	for argument in "${argv[@]:1}"; do
		if [[ $value_of == -chardev || $value_of == --chardev ]]; then read_chardev "$argument"; fi
		value_of=$argument
	done
	value_of=''
	for argument in "${argv[@]:1}"; do
		case $value_of in
		-blockdev | --blockdev | -drive | --drive) read_disk "$argument" ;;
		-[hs]d[a-d] | --[hs]d[a-d] | -pflash | --pflash | -mtdblock | --mtdblock) read_disk "file=$argument" ;;
		-device | --device) read_device "$argument" ;;
		-tpmdev | --tpmdev) read_tpm "$argument" ;;
		esac
		value_of=$argument
	done
}

# A value as `,key=value,key.key=value,`, whether it was written so or as JSON. What stands in an object of JSON keeps
# its own key alone.
plain=''
make_plain() {
	plain=$1
	if [[ $plain == *'{'* ]]; then
		plain=${plain//\":/=}
		plain=${plain//[\"\{\}\[\]]/}
		plain=${plain//, /,}
		plain=${plain//= /=}
	fi
	plain=,$plain,
}

# The value of the first of these keys that `plain` has, in `found`.
found=''
find_value() {
	local key
	found=''
	for key in "$@"; do
		[[ $plain == *",$key="* ]] || continue
		found=${plain#*",$key="}
		found=${found%%,*}
		return
	done
	return 1
}

read_chardev() {
	make_plain "$1"
	[[ $plain == ,socket,* || $plain == *,backend=socket,* ]] || return
	local id
	find_value id || return
	id=$found
	find_value path && socket_of[$id]=$found
}

read_device() {
	make_plain "$1"
	[[ $plain == *[,=]vhost-user-@(blk|scsi|fs)* ]] || return
	find_value chardev
	# One that is not told has a server all the same.
	disk_servers+=("${socket_of[${found:-none}]--}")
}

read_tpm() {
	make_plain "$1"
	[[ $plain == ,emulator,* ]] && find_value chardev && disk_tpm+=("${socket_of[$found]--}")
}

# One -blockdev or -drive. A layer of a format lies on another node, which is named by itself.
read_disk() {
	local network='(nbd|rbd|iscsi|iser|nfs|gluster|ssh|ssh2|https?|ftps?|vxhs|sheepdog)' driver='[,.]driver='
	local no_file='(nvme|nvme-io_uring|virtio-blk-vfio-pci|virtio-blk-vhost-vdpa|host_cdrom|null-co|null-aio|vvfat|fat)'
	make_plain "$1"
	[[ $plain =~ ,(file\.)?read-?only=(on|true|yes), || $plain == *,media=cdrom,* ]] && return
	if [[ $plain =~ ${driver}virtio-blk-vhost-user, ]]; then
		find_value path && disk_servers+=("$found")
	elif [[ $plain == *nbd+unix:* || $plain == *=nbd:unix:* ]] ||
		[[ $plain =~ ${driver}nbd, && ($plain == *type=unix,* || $plain == *path=*) ]]; then
		read_nbd_socket
	elif [[ $plain =~ ${driver}$network, || $plain =~ ,file(name)?=$network(\+[a-z]+)?: ]]; then
		disk_network=1
		[[ $plain == *mptcp=@(on|true|yes),* ]] && disk_unseen=1
	elif [[ $plain =~ ${driver}$no_file, || $plain =~ ,file(name)?=$no_file: ]]; then
		return
	elif find_value filename file.filename file; then
		disk_files+=("$found")
	fi
}

read_nbd_socket() {
	local text=$plain
	if [[ $plain == *nbd+unix:*socket=* ]]; then
		text=${plain#*socket=}
		disk_servers+=("${text%%[,&]*}")
	elif [[ $plain == *=nbd:unix:* ]]; then
		text=${plain#*=nbd:unix:}
		disk_servers+=("${text%%[,:]*}")
	elif find_value server.path file.server.path path file.path server=path; then
		disk_servers+=("$found")
	else
		disk_servers+=("-")
	fi
}
