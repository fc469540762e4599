# shellcheck shell=bash
# The guest: a boot sector that wakes 18 times a second, counts, and writes the count to sector 1 of its disk.
#
#	cli; xor %ax,%ax; mov %ax,%ds; mov %ax,%ss; mov $0x7c00,%sp; mov %dl,0x7e00
#	again:  sti; hlt                                   # the timer wakes it
#	        incl counter                               # counter = 0x8000: an aligned sector, or qemu bounces every write through a thread
#	        mov 0x7e00,%dl; mov $0x4300,%ax; mov $packet,%si; int $0x13   # extended write
#	        jmp again
#	packet: .byte 16,0; .word 1, counter, 0; .long 1, 0
write_boot_sector() {
	printf '\xfa\x31\xc0\x8e\xd8\x8e\xd0\xbc\x00\x7c\x88\x16\x00\x7e\xfb\xf4\x66\xff\x06\x00\x80\x8a\x16\x00\x7e'
	printf '\xb8\x00\x43\xbe\x23\x7c\xcd\x13\xeb\xeb\x10\x00\x01\x00\x00\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00'
	head -c 459 /dev/zero
	printf '\x55\xaa'
}

# Sets disk (a path on the host), puts the guest on it and notes where the observer reads it.
prepare_disk() {
	local root=/proc/$host_init/root
	[[ -n $disk ]] || disk=/var/lib/libvirt/images/$vm_uuid.img
	[[ -d $root$disk ]] && disk=$disk/$vm_uuid.img
	if [[ -b $root$disk ]]; then
		cp "$host_dir/luns/$(basename "$disk")" "$vm_dir/backing" || return 1
	else
		truncate --size 1M "$root$disk" || return 1
		printf '%s\n' "$root$disk" >"$vm_dir/backing"
	fi
	printf '%s\n' "$disk" >"$vm_dir/disk"
	{ write_boot_sector && head -c 512 /dev/zero; } | dd of="$root$disk" bs=1024 conv=notrunc,fsync status=none
}

# Reads the image where it is stored, never through qemu or a block device: what it sees has landed.
read_counter() {
	od -A n -t u4 -j 512 -N 4 "$(<"$vm_dir/backing")" | tr -d ' '
}
