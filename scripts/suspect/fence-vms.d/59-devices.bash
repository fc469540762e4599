# Block devices that may have requests in flight which nobody waits for any more.
# shellcheck shell=bash

# How a device is in this round, read once in it however many VMs ask: memory, uncounted, rests, busy; and
# how many writes it had completed since boot.
declare -A device_round=() device_now=() device_done=()
look_at_device() {
	local device=$1 counts='' reads='' writes='' line='' fields
	[[ ${device_round[$device]-} == "$round" ]] && return
	device_round[$device]=$round device_now[$device]=busy
	# Memory, not storage.
	if [[ $device == "$SYS"/block/@(zram|ram)* ]]; then
		device_now[$device]=memory
		return
	fi
	if [[ $device == "$SYS"/class/scsi_generic/* ]]; then
		look_at_generic_device "$device"
		return
	fi
	# A partition has the queue of its disk.
	read -r counts <"$device/queue/iostats" || read -r counts <"$device/../queue/iostats"
	if [[ $counts != 1 ]]; then
		# Whoever switched the counting off left nothing to see.
		device_now[$device]=uncounted
		return
	fi
	read -r line <"$device/stat"
	read -r reads writes <"$device/inflight"
	# shellcheck disable=SC2206 # splitting is the point, and globbing is off
	fields=($line)
	device_done[$device]=${fields[4]-}
	[[ $reads =~ ^[0-9]+$ && $writes == 0 && ${fields[8]-} =~ ^[0-9]+$ ]] || return
	# `inflight` leaves out what waits to be handed to the driver; some kernels count that in `stat`.
	((fields[8] <= reads)) && device_now[$device]=rests
}

# What is sent to a SCSI device past its block device is in no count of that. The kernel counts in hex what it
# handed to the device and what came back.
look_at_generic_device() {
	local asked='' answered=''
	read -r asked <"$1/iorequest_cnt"
	read -r answered <"$1/iodone_cnt"
	device_done[$1]=$answered
	[[ $asked =~ ^0x[0-9a-f]+$ && $answered =~ ^0x[0-9a-f]+$ ]] || device_now[$1]=uncounted
	[[ $asked == "$answered" && ${device_now[$1]} == busy ]] && device_now[$1]=rests
}

# Block devices with writes in flight: those of the VM, or all where its own are not known. A device
# seen once without any after the VM's end has none of the VM's left. Devices that count down and up
# again are moving: busy, not hung. VMs that began to wait for all devices in one round share their watch.
declare -A vm_watch=() watch_round=() watch_busy=() watch_hung=() watch_uncounted=()
declare -A drained_devices=() device_writes=()
watch_devices() {
	local vm=$1 watch device
	if [[ -z ${vm_watch[$vm]-} ]]; then
		vm_watch[$vm]=$vm
		[[ ${vm_told[$vm]-all} == all ]] && vm_watch[$vm]=all-$round
	fi
	watch=${vm_watch[$vm]}
	[[ ${watch_round[$watch]-} == "$round" ]] && return
	watch_round[$watch]=$round watch_busy[$watch]=0 watch_hung[$watch]=0 watch_uncounted[$watch]=0
	list_vm_devices "$vm"
	# Of none at all it would be true that they rest.
	if ((${#matches[@]} == 0)); then
		watch_busy[$watch]=-1
		return
	fi
	for device in ${matches+"${matches[@]}"}; do
		[[ -n ${drained_devices["$watch:$device"]-} ]] && continue
		look_at_device "$device"
		case ${device_now[$device]} in
		memory) continue ;;
		uncounted)
			watch_uncounted[$watch]=1
			continue
			;;
		rests)
			drained_devices["$watch:$device"]=1
			continue
			;;
		esac
		watch_busy[$watch]=$((${watch_busy[$watch]} + 1))
		[[ -n ${device_writes["$watch:$device"]-} ]] || device_writes["$watch:$device"]=${device_done[$device]-}
		[[ ${device_done[$device]-} == "${device_writes["$watch:$device"]}" ]] &&
			watch_hung[$watch]=$((${watch_hung[$watch]} + 1))
	done
}

list_vm_devices() {
	if [[ ${vm_told[$1]-all} == all ]]; then
		list_matches "$SYS/block/*"
	else
		# shellcheck disable=SC2206 # words of ours, without a blank
		matches=(${vm_devices[$1]-})
		((${#matches[@]} == 0)) || matches=("${matches[@]/#/$SYS/}")
	fi
}

# A block device with all that it is stacked on, as folders below $SYS in `stack`. stack_whole: it was seen to its
# end. stack_loops: "DIRECT FILE" of each loop device. stack_caches: layers that are done with a write before what
# is below them is. stack_servers: pids of programs that serve one of them, `-` where there is one that is not told.
stack=() stack_loops=() stack_caches=() stack_servers=() stack_whole=0
list_stack() {
	stack=() stack_loops=() stack_caches=() stack_servers=() stack_whole=1
	walk_stack "$1"
}

walk_stack() {
	local number='' lower lowers
	read -r number <"$1/dev"
	if [[ ! $number =~ ^[0-9]+:[0-9]+$ || ! -e $SYS/dev/block/$number ]]; then
		stack_whole=0
		return
	fi
	[[ " ${stack[*]-} " == *" dev/block/$number "* ]] && return
	stack+=("dev/block/$number")
	note_layer "$SYS/dev/block/$number"
	# The disk of a partition, and what a mapped device is made of.
	[[ -e $SYS/dev/block/$number/partition ]] && walk_stack "$SYS/dev/block/$number/.."
	list_matches "$SYS/dev/block/$number/slaves/*"
	lowers=(${matches+"${matches[@]}"})
	for lower in ${lowers+"${lowers[@]}"}; do walk_stack "$lower"; done
}

# What a layer does with a write. The parts of a cache of LVM bear its names; a cache that was made by dmsetup alone
# bears any.
note_layer() {
	local dir=$1 line='' lines name='' file='' direct=''
	mapfile -t lines <"$dir/uevent"
	for line in ${lines+"${lines[@]}"}; do
		[[ $line == DEVNAME=* ]] && name=${line#DEVNAME=}
	done
	if [[ -e $dir/loop/backing_file ]]; then
		IFS= read -r file <"$dir/loop/backing_file"
		read -r direct <"$dir/loop/dio"
		stack_loops+=("${direct:-0} $file")
	fi
	case ${name##*/} in
	# In the kernel's own client there is somebody who serves it, perhaps on this very host.
	nbd*)
		read -r file <"$dir/pid"
		stack_servers+=("${file:--}")
		;;
	ublkb*) stack_servers+=("-") ;;
	drbd*) is_synchronous_drbd "${name#drbd}" || stack_caches+=("drbd") ;;
	bcache*)
		read -r line <"$dir/bcache/cache_mode"
		[[ $line == *'[writethrough]'* || $line == *'[writearound]'* || $line == *'[none]'* ]] || stack_caches+=("bcache")
		;;
	dm-*)
		read -r line <"$dir/dm/name"
		[[ $line == *_@(corig|wcorig|cvol|cdata|cmeta) ]] && stack_caches+=("dm-cache")
		;;
	esac
}

# Whether a write is done only when the other host has it, too. DRBD 9 tells its protocol to its own tools alone.
is_synchronous_drbd() {
	local line lines=()
	[[ -e $PROC/drbd ]] && mapfile -t lines <"$PROC/drbd"
	for line in ${lines+"${lines[@]}"}; do
		[[ $line =~ ^\ *$1:\ cs:.*\ C\ r ]] && return 0
	done
	return 1
}
