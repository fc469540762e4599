# Whose process is it, by its arguments.
# shellcheck shell=bash

# Emulators of whole machines; not qemu-img, qemu-nbd, qemu-ga and other tools of the same family.
is_qemu_name() {
	[[ $1 == qemu-system-* || $1 == qemu-kvm* || $1 == qemu-lite-* || $1 == qemu || $1 == qemu-dm ||
		$1 == kvm || $1 == kvm-spice ]]
}

# Programs that run a machine and are no qemu. A task's name has 15 characters.
is_other_vmm_name() {
	case ${1,,} in
	stratovirt* | cloud-hyperviso* | firecracker* | crosvm* | lkvm* | kvmtool* | dragonball* | nemu* | libkrun* | krun* | vbox*) return 0 ;;
	*) return 1 ;;
	esac
}

# Names that only tasks of qemu bear, for a process that has nothing else left to tell.
is_qemu_task_name() {
	case ${1,,} in
	*qemu* | *kvm* | 'cpu '[0-9]* | worker | 'io '* | vnc_worker | 'spice worker' | call_rcu) return 0 ;;
	*) return 1 ;;
	esac
}

qemu_programs=()
list_qemu_programs() {
	local pattern
	for pattern in /usr/bin/{qemu-system-,qemu-kvm}* /usr/bin/kvm /usr/local/bin/qemu-system-* \
		/usr/libexec/qemu-kvm* /var/lib/zstack/colo/qemu-*; do
		list_matches "$pattern"
		qemu_programs+=("${matches[@]}")
	done
}

runs_qemu_program() {
	local program
	for program in "${qemu_programs[@]}"; do
		[[ $1/exe -ef $program ]] && return 0
	done
	return 1
}

# Whether a machine shows in the memory of a process: a vCPU of KVM, which whoever runs one has mapped, or the
# file of a VMM, also one that another program runs (a loader, an emulator of processors). Where no memory can
# be read, nothing shows that there is none.
shows_vmm() {
	local lines=() line name
	mapfile -t lines <"$1/maps"
	((${#lines[@]} > 0)) || return 0
	for line in "${lines[@]}"; do
		[[ $line == */* || $line == *anon_inode:* ]] || continue
		[[ $line == *anon_inode:kvm-* ]] && return 0
		name=${line##*/}
		name=${name% (deleted)}
		if is_qemu_name "$name" || is_other_vmm_name "$name"; then return 0; fi
	done
	return 1
}

# Whether `argv` is a machine's in the form of qemu, and not one that holds the command line of another program,
# as that of tmux, sudo or strace does.
is_qemu_command_line() {
	local argument is_one=1
	for argument in "${argv[@]:1}"; do
		is_qemu_name "${argument##*/}" && return 1
		case $argument in
		-machine | -M | -accel | -smp | -drive | -blockdev | -device | -netdev | -chardev | -mon | -qmp) is_one=0 ;;
		esac
	done
	return "$is_one"
}

# A uuid or a name of 32 hex digits in the dashed form, in `canonical`; empty for anything else.
canonical=''
make_canonical() {
	local text=${1,,}
	canonical=''
	[[ $text =~ ^[0-9a-f]{32}$ ]] &&
		text=${text:0:8}-${text:8:4}-${text:12:4}-${text:16:4}-${text:20}
	[[ $text =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] && canonical=$text
}

# The VMs of the request whose uuid stands anywhere in a text, in `ret_named`: as a word, so that no letter and
# no digit is beside it.
readonly UUID_PATTERN='[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
ret_named=()
find_named() {
	local left=${1,,} found before
	ret_named=()
	while [[ $left =~ $UUID_PATTERN ]]; do
		found=${BASH_REMATCH[0]}
		before=${left%%"$found"*}
		left=${left#*"$found"}
		if [[ $before != *[0-9a-z] && $left != [0-9a-z]* ]]; then
			make_canonical "$found"
			[[ -z ${vm_known[$canonical]-} || " ${ret_named[*]-} " == *" $canonical "* ]] || ret_named+=("$canonical")
		fi
		# The rest of a longer word, which is no beginning of another.
		left=${left#"${left%%[!0-9a-z]*}"}
	done
}

# The parts of an option's value, in `ret_parts`. A comma that belongs to a part is written twice.
ret_parts=()
split_value() {
	local IFS=, mark=$'\x01'
	# shellcheck disable=SC2206 # split at commas on purpose
	ret_parts=(${1//,,/$mark})
}

# The name in the value of -name: its guest=, or its first part. One with a comma in it is no uuid.
read_name() {
	local part
	split_value "$1"
	[[ ${ret_parts[0]-} == *=* ]] || id_name=${ret_parts[0]-}
	for part in "${ret_parts[@]}"; do
		[[ $part == guest=* ]] && id_name=${part#guest=}
	done
}

# The uuid in the value of -smbios: only the table of type 1 has one, and qemu makes it the machine's.
read_smbios() {
	local part
	split_value "$1"
	for part in "${ret_parts[@]}"; do
		[[ $part == uuid=* ]] || continue
		make_canonical "${part#uuid=}"
		[[ -n $canonical ]] && id_uuids+=("$canonical")
	done
}

# What `argv` says of its VM: id_uuids (of every -uuid and -smbios), id_name (of -name), id_config where more
# of it stands in a file (-readconfig).
id_uuids=() id_name='' id_config=0
read_identity() {
	local argument value_of=''
	id_uuids=() id_name='' id_config=0
	for argument in "${argv[@]:1}"; do
		case $value_of:$argument in
		uuid:*)
			make_canonical "$argument"
			[[ -n $canonical ]] && id_uuids+=("$canonical")
			value_of=''
			;;
		name:*)
			read_name "$argument"
			value_of=''
			;;
		smbios:*)
			read_smbios "$argument"
			value_of=''
			;;
		:-uuid | :--uuid) value_of=uuid ;;
		:-name | :--name) value_of=name ;;
		:-smbios | :--smbios) value_of=smbios ;;
		:-readconfig | :--readconfig) id_config=1 ;;
		esac
	done
}

# Which VM of the request `argv` names: hit_vm and hit_by. Where its uuids contradict each other, hit_ambiguous is all
# of the request that it names, for it may be any of them. A name counts only where it is the uuid and no uuid
# stands anywhere: it convicts nobody against one, and any other clears nobody.
hit_vm='' hit_by='' hit_ambiguous=()
match_identity() {
	local uuid others=0 named=()
	hit_vm='' hit_by='' hit_ambiguous=()
	read_identity
	for uuid in "${id_uuids[@]}"; do
		if [[ -z ${vm_known[$uuid]-} ]]; then
			others=1
		elif [[ " ${named[*]-} " != *" $uuid "* ]]; then
			named+=("$uuid")
			hit_vm=$uuid hit_by=argv-uuid
		fi
	done
	if ((${#named[@]} > 1)) || [[ -n $hit_vm && $others == 1 ]]; then hit_ambiguous=("${named[@]}"); fi
	((${#id_uuids[@]} == 0 && id_config == 0)) || return
	make_canonical "$id_name"
	if [[ -n $canonical && -n ${vm_known[$canonical]-} ]]; then hit_vm=$canonical hit_by=argv-name; fi
}
