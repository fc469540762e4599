# Who and where we are.
# shellcheck shell=bash

# The host has to be the one that is meant before anything on it is touched. A uuid that was sent has to be one
# that the host shows, or that the peer bound to the host's key in an earlier contact (host_pin=bound).
host_is=unconfirmed
say_host() {
	local machine='' boot=''
	read -r machine <"$ETC/machine-id"
	read -r boot <"$PROC/sys/kernel/random/boot_id"
	read_shown_uuids "$machine"
	judge_host
	[[ -n $machine && -n $boot && $machine == "$own_machine_id" && $boot == "$own_boot_id" ]] && host_is="own-host"
	make_word "$machine"
	machine=$word
	make_word "$boot"
	boot=$word
	list_shown
	say "host machine=$machine boot=$boot uuids=$word is=$host_is"
}

may_touch_host() { [[ $host_is == as-named || $host_is == as-bound || $host_is == by-key || $host_is == unconfirmed ]]; }

# What the host calls itself, from files, as words with a blank on each side: `plane_uuids` where a management plane
# wrote it down, `libvirt_uuids` where somebody told libvirt. These two are this host's alone, so that another uuid there
# contradicts. What the board and the installation say may be another's name for the host, and only confirms. All of them
# are in `shown_uuids`.
plane_uuids=' ' libvirt_uuids=' ' shown_uuids=' '
read_shown_uuids() {
	local line='' lines=() file quote='["'\'']?'
	mapfile -t -n "$HOST_FILE_LINES_MAX" lines <"$ETC/zstack-uuids"
	for line in "${lines[@]}"; do
		[[ $line == host=* ]] || continue
		note_uuid "${line#host=}"
		# Whatever it is, it says that this host is no other.
		[[ -z $bare ]] || plane_uuids+="$bare "
	done
	for file in "$ETC"/libvirt/{libvirtd,virtqemud}.conf; do
		lines=()
		mapfile -t -n "$HOST_FILE_LINES_MAX" lines <"$file"
		for line in "${lines[@]}"; do
			[[ $line =~ ^[[:blank:]]*host_uuid[[:blank:]]*=[[:blank:]]*$quote([0-9A-Fa-f-]+) ]] || continue
			note_uuid "${BASH_REMATCH[1]}" && libvirt_uuids+="$bare "
		done
	done
	line=''
	read -r line <"$SYS/class/dmi/id/product_uuid"
	note_board_uuid "${line//-/}"
	[[ ${#1} == 32 ]] && note_uuid "$1"
}

# The board's, in both orders of its bytes: older firmware, and some tools, swap those of the first three fields.
note_board_uuid() {
	[[ ${#1} == 32 ]] || return
	note_uuid "$1"
	note_uuid "${1:6:2}${1:4:2}${1:2:2}${1:0:2}${1:10:2}${1:8:2}${1:14:2}${1:12:2}${1:16}"
}

# A name of this host in the form in which names are compared, in `bare`: a uuid says the same with dashes and without.
bare=''
note_uuid() {
	make_bare "$1"
	[[ -n $bare && ${#bare} -le $HOST_NAME_MAX ]] && is_unique_uuid "$bare" || return
	[[ $shown_uuids == *" $bare "* ]] || shown_uuids+="$bare "
}

make_bare() {
	bare=${1//[^A-Za-z0-9]/}
	bare=${bare,,}
}

# What every machine of a kind may bear is nobody's name: the same one or two digits all through, and what vendors leave
# in, in both orders of its bytes.
is_unique_uuid() {
	case $1 in
	03000200040005000006000700080009 | 00020003000400050006000700080009 | \
		030201000504070608090a0b0c0d0e0f | 000102030405060708090a0b0c0d0e0f | \
		1234567812345678????cddeefaabbcc | 7856341234127856????cddeefaabbcc | \
		12345678123412341234123456789abc | 78563412341234121234123456789abc | \
		0123456789abcdef0123456789abcdef | 67452301ab89efcd0123456789abcdef | \
		00112233445566778899aabbccddeeff | 33221100554477668899aabbccddeeff | \
		4c4c4544000020108020??c04f202020 | 44454c4c000010208020??c04f202020) return 1 ;;
	esac
	[[ ${#1} != 32 || -n ${1//[${1:0:1}${1:1:1}]/} ]]
}

# No more than fit into a line of the report, in `word`.
list_shown() {
	local one count=0
	word=''
	for one in $shown_uuids; do
		((count++ < SHOWN_UUIDS_MAX)) && word+=+$one
	done
	word=${word#+}
	[[ -n $word ]] || word=-
}

# A management plane may write its own uuid of the host down and give libvirt another: where the first is the one that
# was sent, the second has nothing to say.
judge_host() {
	local one
	if [[ -z $host_uuid ]]; then
		[[ $host_pin == unconfirmed ]] || host_is="by-key"
		return
	fi
	make_bare "$host_uuid"
	host_is="not-shown"
	[[ $host_pin == bound ]] && host_is="as-bound"
	[[ -n $bare && $shown_uuids == *" $bare "* ]] && host_is="as-named"
	for one in $plane_uuids; do [[ $one == "$bare" ]] || host_is=contradicted; done
	[[ $plane_uuids == ' ' ]] || return
	for one in $libvirt_uuids; do [[ $one == "$bare" ]] || host_is=contradicted; done
}

# Whether the mount of /proc hides processes from this user.
sees_all_processes() {
	local lines=() line fields options='' capabilities='' own=()
	mapfile -t lines <"$PROC/self/mounts"
	for line in "${lines[@]}"; do
		# shellcheck disable=SC2206
		fields=($line)
		[[ ${fields[1]-} == /proc && ${fields[2]-} == proc ]] && options=,${fields[3]},
	done
	# No line for /proc, or a /proc of other processes than ours: nothing is certain.
	[[ -n $options ]] && read_stat "$PROC/1/stat" || return 1
	read -r -a own <"$PROC/self/stat"
	[[ ${own[0]-} == "$$" ]] || return 1
	[[ $options == *,hidepid=* && $options != *,hidepid=0,* && $options != *,hidepid=off,* ]] || return 0
	# Root of a user namespace of its own has the capability, and sees no more for it.
	mapfile -t lines <"$PROC/self/uid_map"
	[[ ${lines[0]-} =~ ^\ *0\ +0\ +4294967295$ ]] || return 1
	lines=()
	mapfile -t lines <"$PROC/self/stat"us
	for line in "${lines[@]}"; do
		[[ $line == CapEff:* ]] && capabilities=${line##*[[:space:]]}
	done
	[[ $capabilities =~ ^[0-9a-f]+$ ]] && ((16#$capabilities >> PTRACE_CAPABILITY & 1))
}

view_processes=hidden view_pidns=foreign
say_view() {
	local privilege=user
	sees_all_processes && view_processes=all
	# Kernel threads are seen only from the host's own pid namespace.
	if read_stat "$PROC/2/stat" && [[ $st_comm == kthreadd ]] && ((st_flags & KTHREAD_FLAG)); then
		view_pidns=initial
	elif [[ $pid_namespace == nested ]]; then
		view_pidns=nested-accepted
	fi
	((EUID == 0)) && privilege=root
	say "view processes=$view_processes pidns=$view_pidns privilege=$privilege"
}

sees_whole_host() { [[ $view_processes == all && $view_pidns != foreign ]]; }
