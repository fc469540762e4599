# Whether everything that a VM wrote by io_uring has arrived.
# shellcheck shell=bash

# Block devices with writes in flight: those of the VM, or all where its own are not known. A device
# seen once without any after the VM's end has none of the VM's left. Devices that count down and up
# again are `moving`: busy, not hung.
declare -A drained_devices=() device_writes=()
busy_devices=0 hung_devices=0 uncounted_devices=0
watch_devices() {
	local vm=$1 device counts
	busy_devices=0 hung_devices=0 uncounted_devices=0
	list_vm_devices "$vm"
	if ((${#matches[@]} == 0)) && [[ ${vm_told[$vm]-all} == all ]]; then
		busy_devices=-1
		return
	fi
	for device in "${matches[@]}"; do
		[[ -n ${drained_devices["$vm:$device"]-} ]] && continue
		# Memory, not storage.
		[[ $device == /sys/block/@(zram|ram)* ]] && continue
		counts=''
		# A partition has the queue of its disk.
		read -r counts <"$device/queue/iostats" || read -r counts <"$device/../queue/iostats"
		if [[ $counts != 1 ]]; then
			# Whoever switched the counting off left nothing to see.
			uncounted_devices=1
			continue
		fi
		count_device "$device"
		if ((device_rests)); then
			drained_devices["$vm:$device"]=1
			continue
		fi
		busy_devices=$((busy_devices + 1))
		[[ -n ${device_writes["$vm:$device"]-} ]] || device_writes["$vm:$device"]=$device_done
		[[ $device_done == "${device_writes["$vm:$device"]}" ]] && hung_devices=$((hung_devices + 1))
	done
}

list_vm_devices() {
	if [[ ${vm_told[$1]-all} == all ]]; then
		list_matches '/sys/block/*'
	else
		# shellcheck disable=SC2206 # numbers of devices
		matches=(${vm_devices[$1]-})
		matches=("${matches[@]/#//sys/dev/block/}")
	fi
}

# One reading of a device: device_rests, device_done (writes completed since boot).
device_rests=0 device_done=''
count_device() {
	local reads='' writes='' line='' fields
	device_rests=0
	read -r line <"$1/stat"
	read -r reads writes <"$1/inflight"
	# shellcheck disable=SC2206 # splitting is the point, and globbing is off
	fields=($line)
	device_done=${fields[4]-}
	[[ $reads =~ ^[0-9]+$ && $writes == 0 && ${fields[8]-} =~ ^[0-9]+$ ]] || return
	# `inflight` leaves out what waits to be handed to the driver; some kernels count that in `stat`.
	((fields[8] <= reads)) && device_rests=1
}

# Whether everything the VM wrote has arrived, in vm_drained; fails while it is worth looking again.
drain_io() {
	local vm=$1
	vm_drained[$vm]=not-needed
	[[ ${vm_uring[$vm]-not-known} == none ]] && return 0
	watch_devices "$vm"
	if ((busy_devices < 0 || uncounted_devices)); then
		vm_drained[$vm]=not-visible
	elif ((busy_devices == 0)); then
		vm_drained[$vm]=yes
	elif ((hung_devices == 0 && clock_ms - vm_ended_ms[$vm] >= MOVING_MS_MIN)); then
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
