# shellcheck shell=bash
# VMs: real qemu processes whose guest is a boot sector that counts. What is known of each lies in
# $LAB_DIR/hosts/HOST/vms/UUID: disk and backing (paths), processes ("pid start-time" of every qemu, as the lab sees it).

dispatch_vm() {
	local command=${1-}
	shift
	case $command in
	start) start_vm "$@" ;;
	counter) select_vm "$@" && read_counter ;;
	pid) select_vm "$@" && cat "$vm_dir/host.pid" ;;
	disk) select_vm "$@" && cat "$vm_dir/disk" ;;
	list) select_host "$@" && ls "$host_dir/vms" ;;
	*) fail_usage "unknown command: vm $command" ;;
	esac
}

select_vm() {
	select_host "$@"
	vm_uuid=$(normalise_uuid "${2-}") || exit
	vm_dir=$host_dir/vms/$vm_uuid
	[[ -d $vm_dir ]] || fail "no VM $vm_uuid was started on $1"
}

start_vm() {
	select_host "$@"
	local name=hex orphan='' paused='' disk='' cache=writethrough aio=threads extra='' pid
	mkdir -p "$host_dir/vms"
	vm_uuid=$(normalise_uuid "${2-}") || exit
	shift 2
	while (($# > 0)); do
		case $1 in
		--orphan) orphan=yes ;;
		--paused) paused=yes ;;
		--name | --disk | --cache | --aio | --extra)
			(($# > 1)) || fail_usage "vm start: $1 needs a value"
			local "${1#--}=$2"
			shift
			;;
		*) fail_usage "vm start: unknown option $1" ;;
		esac
		shift
	done
	case $name in
	hex) name=${vm_uuid//-/} ;;
	instance) name=$(printf 'instance-%08x' $(($(find "$host_dir/vms" -mindepth 1 -maxdepth 1 | wc -l) + 1))) ;;
	esac
	vm_dir=$host_dir/vms/$vm_uuid
	mkdir -p "$vm_dir"
	prepare_disk || fail "no disk for VM $vm_uuid"
	if [[ -n $orphan ]]; then start_orphan; else start_domain; fi >"$vm_dir/start.log" 2>&1 ||
		fail "VM $vm_uuid did not start: $(<"$vm_dir/start.log")"
	pid=$(</proc/"$host_init"/root"$vm_pid_file") || exit
	record_process "$(find_lab_pid "$pid")"
	printf '%s\n' "$pid" | tee "$vm_dir/host.pid"
}

# record_process PID: remembers a qemu of the selected VM, so that it is known even when its command line is gone.
record_process() {
	read_stat "/proc/$1" && printf '%s %s\n' "$1" "$stat_start" >>"$vm_dir/processes"
}

start_domain() {
	vm_pid_file=/run/libvirt/qemu/$name.pid
	write_domain >"/proc/$host_init/root/etc/libvirt/lab-$vm_uuid.xml"
	enter_host virsh -c qemu:///system -q create ${paused:+--paused} "/etc/libvirt/lab-$vm_uuid.xml"
}

write_domain() {
	local type=file source=file argument
	[[ -b /proc/$host_init/root$disk ]] && type=block source=dev
	cat <<-EOF
		<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
		<name>$name</name><uuid>$vm_uuid</uuid><memory unit='MiB'>16</memory><vcpu>1</vcpu>
		<os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os>
		<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
		<disk type='$type' device='disk'><driver name='qemu' type='raw' cache='$cache' io='$aio'/>
		<source $source='$disk'/><target dev='vda' bus='virtio'/></disk>
		<controller type='usb' model='none'/><memballoon model='none'/><serial type='pty'/></devices>
		<qemu:commandline>
	EOF
	for argument in $extra; do printf "<qemu:arg value='%s'/>\n" "$argument"; done
	printf '</qemu:commandline></domain>\n'
}

# A qemu that libvirt does not know, as a lost or hand-made one is: same shape of argv, parent is the host's init.
start_orphan() {
	local direct=false write_cache=on driver=file
	[[ $cache == none ]] && direct=true
	[[ $cache == writethrough ]] && write_cache=off
	[[ -b /proc/$host_init/root$disk ]] && driver=host_device
	vm_pid_file=/run/lab-$vm_uuid.pid
	# shellcheck disable=SC2086 # the extra arguments are words
	enter_host qemu-system-x86_64 -name "guest=$name,debug-threads=on" -machine pc,usb=off -accel tcg -m 16 \
		-uuid "$vm_uuid" -display none -no-user-config -nodefaults -daemonize -pidfile "$vm_pid_file" \
		-blockdev "driver=$driver,filename=$disk,aio=$aio,node-name=disk,cache.direct=$direct" \
		-device "virtio-blk-pci,drive=disk,bootindex=1,write-cache=$write_cache" ${paused:+-S} $extra
}
