# shellcheck shell=bash
# Storage that can hang: per host one ext4 on a loop device, mounted in the lab and in the host, and LUNs, loop devices
# whose backing files lie on it. Frozen, it takes no write, and who waits for one cannot be killed.

dispatch_storage() {
	select_host "${2-}"
	case ${1-} in
	make) make_storage && printf '%s\n' /var/lib/storage ;;
	lun) make_storage && make_lun ;;
	freeze) make_storage && fsfreeze --freeze "$host_dir/storage" ;;
	thaw) thaw_storage ;;
	*) fail_usage "unknown command: storage ${1-}" ;;
	esac
}

make_storage() {
	[[ -d $host_dir/storage ]] && return 0
	local device
	mkdir "$host_dir/storage"
	truncate --size 64M "$host_dir/storage.img"
	mkfs.ext4 -q "$host_dir/storage.img" || fail "mkfs.ext4 failed"
	device=$(losetup --find --show "$host_dir/storage.img") || fail "no loop device"
	mount "$device" "$host_dir/storage" || fail "cannot mount the storage"
	show_device "$device"
	enter_host mkdir -p /var/lib/storage
	enter_host mount "$device" /var/lib/storage
}

# The same device number under the same name in the host's /dev, and the device in its /sys/block.
show_device() {
	enter_host mknod "$1" b "0x$(stat -c %t "$1")" "0x$(stat -c %T "$1")" 2>/dev/null
	enter_host ln -s "$(readlink "/sys/block/${1##*/}")" /sys/block/
}

# hide_loops ROOT: loop devices are the machine's, and one that hangs on a host would be in flight to all others, in other
# labs as well. So /sys/block shows what is no loop device; a host is shown its own.
hide_loops() {
	local device links=()
	for device in /sys/block/*; do
		[[ $device == */loop* ]] || links+=("$(readlink "$device")")
	done
	mount -t tmpfs -o mode=755 block "$1/sys/block" || return 1
	((${#links[@]} == 0)) || ln -s "${links[@]}" "$1/sys/block/"
}

make_lun() {
	local number backing device
	mkdir -p "$host_dir/luns"
	number=$(find "$host_dir/luns" -type f | wc -l)
	backing=$host_dir/storage/lun$number
	dd if=/dev/zero of="$backing" bs=1M count=1 conv=fsync status=none || fail "no room for a LUN"
	device=$(losetup --find --show "$backing") || fail "no loop device"
	show_device "$device"
	printf '%s\n' "$backing" >"$host_dir/luns/${device##*/}"
	printf '%s\n' "$device"
}

thaw_storage() {
	[[ -d $host_dir/storage ]] || return 0
	fsfreeze --unfreeze "$host_dir/storage" 2>/dev/null
	return 0
}

thaw_everything() {
	local host_dir
	for host_dir in "$LAB_DIR"/hosts/*; do thaw_storage; done
	return 0
}

# After the last process of the host: LUNs before what they lie on.
unmount_storage() {
	[[ -d $host_dir/storage ]] || return 0
	detach_loops "$host_dir/storage/"
	wait_until 5 umount "$host_dir/storage" 2>/dev/null
	detach_loops "$host_dir/"
}

unmount_storages() {
	local host_dir
	for host_dir in "$LAB_DIR"/hosts/*; do unmount_storage; done
}

# detach_loops PREFIX: the loop devices whose backing files lie there. Without /proc, which is dead when a killed lab is
# cleaned from outside.
detach_loops() {
	local device file
	losetup --list --noheadings --output NAME,BACK-FILE | while read -r device file; do
		[[ $file == "$1"* ]] && losetup --detach "$device"
	done
}
