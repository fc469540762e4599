# Who and where we are.
# shellcheck shell=bash
host_is=as-named
say_host() {
	local machine='' boot='' uuid='' line lines=() wanted
	read -r machine </etc/machine-id
	read -r boot </proc/sys/kernel/random/boot_id
	mapfile -t lines </etc/zstack-uuids
	for line in "${lines[@]}"; do
		[[ $line == host=* ]] && uuid=${line#host=}
	done
	uuid=${uuid,,} wanted=${host_uuid,,}
	# A uuid says the same with dashes and without.
	[[ -n $uuid && -n $wanted && ${uuid//-/} != "${wanted//-/}" ]] && host_is=contradicted
	[[ -n $machine && -n $boot && $machine == "$own_machine_id" && $boot == "$own_boot_id" ]] && host_is="own-host"
	make_word "$machine"
	machine=$word
	make_word "$boot"
	boot=$word
	make_word "$uuid"
	say "host machine=$machine boot=$boot uuid=$word is=$host_is"
}

# Whether the mount of /proc hides processes from this user.
sees_all_processes() {
	local lines=() line fields options='' capabilities='' own=()
	mapfile -t lines </proc/self/mounts
	for line in "${lines[@]}"; do
		# shellcheck disable=SC2206
		fields=($line)
		[[ ${fields[1]-} == /proc && ${fields[2]-} == proc ]] && options=,${fields[3]},
	done
	# No line for /proc, or a /proc of other processes than ours: nothing is certain.
	[[ -n $options ]] && read_stat /proc/1/stat || return 1
	read -r -a own </proc/self/stat
	[[ ${own[0]-} == "$$" ]] || return 1
	[[ $options == *,hidepid=* && $options != *,hidepid=0,* && $options != *,hidepid=off,* ]] || return 0
	# Root of a user namespace of its own has the capability, and sees no more for it.
	mapfile -t lines </proc/self/uid_map
	[[ ${lines[0]-} =~ ^\ *0\ +0\ +4294967295$ ]] || return 1
	lines=()
	mapfile -t lines </proc/self/status
	for line in "${lines[@]}"; do
		[[ $line == CapEff:* ]] && capabilities=${line##*[[:space:]]}
	done
	[[ $capabilities =~ ^[0-9a-f]+$ ]] && ((16#$capabilities >> PTRACE_CAPABILITY & 1))
}

say_view() {
	local processes=hidden namespace=foreign privilege=user
	sees_all_processes && processes=all
	# Kernel threads are seen only from the host's own pid namespace.
	if read_stat /proc/2/stat && [[ $st_comm == kthreadd ]] && ((st_flags & KTHREAD_FLAG)); then
		namespace=initial
	elif [[ $pid_namespace == nested ]]; then
		namespace=nested-accepted
	fi
	((EUID == 0)) && privilege=root
	say "view processes=$processes pidns=$namespace privilege=$privilege"
}
