# Whose process is it, by its arguments.
# shellcheck shell=bash
# Emulators of whole machines; not qemu-img, qemu-nbd, qemu-ga and other tools of the same family.
is_qemu_name() { [[ $1 == qemu-system-* || $1 == qemu-kvm* || $1 == qemu || $1 == qemu-dm || $1 == kvm || $1 == kvm-spice ]]; }

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

# A uuid or a name of 32 hex digits in the dashed form, in `canonical`; empty for anything else.
canonical=''
make_canonical() {
	local text=${1,,}
	canonical=''
	[[ $text =~ ^[0-9a-f]{32}$ ]] &&
		text=${text:0:8}-${text:8:4}-${text:12:4}-${text:16:4}-${text:20}
	[[ $text =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] && canonical=$text
}

# The name in the value of -name: its guest=, or its first part. A comma inside a name is written
# twice; such a name is no uuid, so it names no VM of ours.
read_name() {
	local IFS=, parts part
	[[ $1 != *,,* ]] || return
	# shellcheck disable=SC2206 # split at commas on purpose
	parts=($1)
	[[ ${parts[0]-} == *=* ]] || id_name=${parts[0]-}
	for part in "${parts[@]}"; do
		[[ $part == guest=* ]] && id_name=${part#guest=}
	done
}

# What `argv` says of its VM: id_uuids (every -uuid), id_name (of -name, its guest= or first word).
id_uuids=() id_name=''
read_identity() {
	local argument value_of=''
	id_uuids=() id_name=''
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
		:-uuid | :--uuid) value_of=uuid ;;
		:-name | :--name) value_of=name ;;
		esac
	done
}

# Which VM of the request `argv` names: hit_vm and hit_by, hit_other where it names another VM. Where it
# contradicts itself, hit_ambiguous is all of the request that it names, for it may be any of them. `-uuid`
# decides where present, else the name.
hit_vm='' hit_by='' hit_ambiguous=() hit_other=''
match_identity() {
	local uuid named=()
	hit_vm='' hit_by='' hit_ambiguous=() hit_other=''
	read_identity
	for uuid in "${id_uuids[@]}"; do
		if [[ -z ${vm_known[$uuid]-} ]]; then
			hit_other=$uuid
		elif [[ " ${named[*]-} " != *" $uuid "* ]]; then
			named+=("$uuid")
			hit_vm=$uuid hit_by=argv-uuid
		fi
	done
	if ((${#named[@]} > 1)) || [[ -n $hit_vm && -n $hit_other ]]; then hit_ambiguous=("${named[@]}"); fi
	((${#id_uuids[@]} > 0)) && return
	[[ -n $id_name ]] || return
	make_canonical "$id_name"
	if [[ -n $canonical && -n ${vm_known[$canonical]-} ]]; then
		hit_vm=$canonical hit_by=argv-name
	else
		hit_other=$id_name
	fi
}
