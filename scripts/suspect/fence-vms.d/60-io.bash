# I/O that outlives the process.
# shellcheck shell=bash
# Before the kill: whether this qemu has an io_uring, by its arguments or its descriptors.
note_uring() {
	local vm=$1 pid=$2 file line lines
	# The worst of all its groups counts.
	[[ ${vm_uring[$vm]-} == seen ]] && return
	[[ -n ${vm_uring[$vm]-} ]] || vm_uring[$vm]=none
	if ! read_argv "/proc/$pid/cmdline" || ((${#argv[@]} == 0)); then
		vm_uring[$vm]=not-known
		return
	fi
	[[ ${argv[*]} == *io_uring* ]] && vm_uring[$vm]=seen
	# A ring that is busy prints nothing in fdinfo; its memory shows in any case.
	lines=()
	mapfile -t lines <"/proc/$pid/maps"
	((${#lines[@]} > 0)) || vm_uring[$vm]=not-known
	[[ ${lines[*]} == *'[io_uring]'* ]] && vm_uring[$vm]=seen
	list_matches "/proc/$pid/fdinfo/*"
	((${#matches[@]} > 0)) || vm_uring[$vm]=not-known
	for file in "${matches[@]}"; do
		lines=()
		mapfile -t lines <"$file"
		for line in "${lines[@]}"; do
			[[ $line == SqMask:* || $line == UserFiles:* ]] && vm_uring[$vm]=seen
		done
	done
}

# Block devices with writes in flight. A device seen once without any after the VM's end has none of
# the VM's left. Devices that count down and up again are `moving`: busy, not hung.
declare -A device_writes=()
busy_devices=0 hung_devices=0 uncounted_devices=0
watch_devices() {
	local vm=$1 device counts fields
	busy_devices=0 hung_devices=0 uncounted_devices=0
	list_matches '/sys/block/*'
	if ((${#matches[@]} == 0)); then
		busy_devices=-1
		return
	fi
	for device in "${matches[@]}"; do
		[[ -n ${drained_devices["$vm:$device"]-} ]] && continue
		# Memory, not storage.
		[[ $device == /sys/block/@(zram|ram)* ]] && continue
		counts=''
		read -r counts <"$device/queue/iostats"
		if [[ $counts != 1 ]]; then
			# Whoever switched the counting off left nothing to see.
			uncounted_devices=1
			continue
		fi
		counts=''
		read -r counts <"$device/inflight"
		# shellcheck disable=SC2206 # splitting is the point, and globbing is off
		fields=($counts)
		if [[ ${fields[1]-} == 0 ]]; then
			drained_devices["$vm:$device"]=1
			continue
		fi
		busy_devices=$((busy_devices + 1))
		counts=''
		read -r counts <"$device/stat"
		# shellcheck disable=SC2206
		fields=($counts)
		[[ -n ${device_writes["$vm:$device"]-} ]] || device_writes["$vm:$device"]=${fields[4]-}
		[[ ${fields[4]-} == "${device_writes["$vm:$device"]}" ]] && hung_devices=$((hung_devices + 1))
	done
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
		[[ ${vm_uring[$vm]-not-known} == not-known ]]
	else
		vm_drained[$vm]=no
		return 1
	fi
}
