# Whether everything that a VM wrote by io_uring has arrived.
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
	if ((${#matches[@]} == 0)) && [[ ${vm_told[$vm]-all} == all ]]; then
		watch_busy[$watch]=-1
		return
	fi
	for device in "${matches[@]}"; do
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
		# shellcheck disable=SC2206 # numbers of devices
		matches=(${vm_devices[$1]-})
		matches=("${matches[@]/#/$SYS/dev/block/}")
	fi
}

# Whether everything the VM wrote has arrived, in vm_drained; fails while it is worth looking again.
drain_io() {
	local vm=$1 watch
	vm_drained[$vm]=not-needed
	[[ ${vm_uring[$vm]-not-known} == none ]] && return 0
	watch_devices "$vm"
	watch=${vm_watch[$vm]}
	if ((${watch_busy[$watch]} < 0 || ${watch_uncounted[$watch]})); then
		vm_drained[$vm]=not-visible
	elif ((${watch_busy[$watch]} == 0)); then
		vm_drained[$vm]=yes
	elif ((${watch_hung[$watch]} == 0 && clock_ms - vm_ended_ms[$vm] >= MOVING_MS_MIN)); then
		vm_drained[$vm]=moving
		[[ ${vm_uring[$vm]-not-known} == not-known ]] || return 1
	else
		vm_drained[$vm]=no
		return 1
	fi
	if ring_is_ending "$vm"; then
		vm_drained[$vm]=ending
		return 1
	fi
}
