# shellcheck shell=bash
# Processes that only look like the VM: what a careless pkill -f hits and a fence must not.

# Prints "name pid" (pids on the host) and remembers each by its pid in the lab and its start time.
start_innocents() {
	select_host "$@"
	local dashed name pid lab_pid
	dashed=$(normalise_uuid "${2-}") || exit
	print_innocents_program | enter_host bash -s -- "$dashed" "${dashed//-/}" >"$host_dir/innocents.new" ||
		fail "the innocent processes did not start"
	sleep 0.5
	while read -r name pid; do
		lab_pid=$(find_lab_pid "$pid") || fail "$name did not stay: pid $pid on $1"
		read_stat "/proc/$lab_pid" && printf '%s %s %s\n' "$name" "$lab_pid" "$stat_start" >>"$host_dir/innocents"
		printf '%s %s\n' "$name" "$pid"
	done <"$host_dir/innocents.new"
	print_dead_innocents "$1" >&2 || fail "some innocent processes did not stay"
}

print_dead_innocents() {
	select_host "$@"
	local name pid start died=0
	[[ -s $host_dir/innocents ]] || fail "no innocent processes were started on $1"
	while read -r name pid start; do
		is_process "$pid" "$start" && ! is_dead "$pid" && continue
		printf '%s\n' "$name"
		died=1
	done <"$host_dir/innocents"
	return "$died"
}

# Runs on the host. $1 is the dashed uuid, $2 the hexadecimal one; the other VMs are paused.
print_innocents_program() {
	cat <<-'EOF'
		dashed=$1 hex=$2 images=/var/lib/libvirt/images logs=/var/log/libvirt/qemu
		start() {
			local name=$1
			shift
			setsid "$@" </dev/null >/dev/null 2>&1 &
			echo "$name $!"
		}
		start_vm() {
			local name=$1
			shift
			start "$name" /usr/bin/qemu-system-x86_64 "$@" -S -machine pc,usb=off -accel tcg -m 16 \
				-uuid "$(cat /proc/sys/kernel/random/uuid)" -display none -no-user-config -nodefaults
		}
		mkdir -p "$images" "$logs" /run/libvirt/qemu/swtpm "/var/lib/libvirt/swtpm/$dashed/tpm2" /var/log/swtpm/libvirt/qemu
		touch "$logs/$dashed.log" "$logs/$hex.log"
		head -c 1048576 /dev/urandom >"$images/$dashed-copy.img"
		head -c 20971520 /dev/urandom >"$images/$dashed-original.img"
		truncate --size 1M "$images/$dashed-export.img"
		start tail-dashed tail -f "$logs/$dashed.log"
		start tail-hex tail -f "$logs/$hex.log"
		start qemu-img qemu-img convert -f raw -O raw -r 1 "$images/$dashed-original.img" "$images/$dashed-backup.img"
		start qemu-nbd qemu-nbd -f raw -t -x "$dashed" -k "/run/$dashed.nbd.sock" "$images/$dashed-export.img"
		start swtpm /usr/bin/swtpm socket --ctrl "type=unixio,path=/run/libvirt/qemu/swtpm/7-$hex-swtpm.sock,mode=0600" \
			--tpmstate "dir=/var/lib/libvirt/swtpm/$dashed/tpm2,mode=0600" \
			--log "file=/var/log/swtpm/libvirt/qemu/$hex-swtpm.log" --terminate --tpm2
		# A virsh that outlives the VM: "console" would end with it.
		[ -S /run/libvirt/libvirt-sock ] && start virsh virsh -c qemu:///system "event --all --loop; console $dashed"
		start_vm vm-uuid-in-disk-path -name guest=other1,debug-threads=on \
			-blockdev "driver=file,filename=$images/$dashed-copy.img,node-name=disk" -device virtio-blk-pci,drive=disk
		start_vm vm-hex-in-name -name "guest=$hex-copy,debug-threads=on"
		start_vm vm-uuid-in-argument -name guest=other2,debug-threads=on -fw_cfg "name=opt/note,string=-uuid $dashed"
		start shell-comment sh -c "sleep 7200; : # qemu-system-x86_64 -uuid $dashed"
		start shell-arguments bash -c 'sleep 7200; :' /usr/bin/qemu-system-x86_64 -uuid "$dashed"
	EOF
}
