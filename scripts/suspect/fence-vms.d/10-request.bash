# The request, from stdin. Behind a forced command it is the word of whoever holds the key: a value is
# taken only after it matched a pattern that leaves no character with a meaning to the shell, everything
# has a limit, and whatever does not fit ends the program before it has looked at a single process.
# shellcheck shell=bash
nonce='' action='' hold_ms=0 pid_namespace=initial own_machine_id='' own_boot_id='' host_uuid='' host_pin=unconfirmed
page_cache=report helpers=refuse quarantine=optional quarantine_sec=0 shared_types=() vms=()
declare -A vm_known=() vm_budget_ms=() key_given=()

# The words are ours: nothing of the request is said back.
refuse_request() {
	printf 'fence-vms: request refused: %s\n' "$1" >&2
	exit 3
}

# A key whose second value would silently take the place of the first.
take_once() { [[ -z ${key_given[$1]-} ]] && key_given[$1]=1; }

# One line of the request; anything unexpected makes the whole request void.
take_line() {
	local value=${1#*=}
	# Then the VMs alone, and only then.
	if [[ -n ${key_given[ready]-} ]]; then [[ $1 == vm=* ]] || return 1; else [[ $1 != vm=* ]] || return 1; fi
	case $1 in
	nonce=*) [[ $value =~ ^[0-9a-f]{32}$ ]] && take_once nonce && nonce=$value ;;
	action=*) [[ $value == fence || $value == look || $value == drill || $value == unfence ]] && take_once action && action=$value ;;
	hold_ms=*) take_number "$value" "$HOLD_MS_MAX" && take_once hold && hold_ms=$value ;;
	pid_namespace=*) [[ $value == initial || $value == nested ]] && take_once namespace && pid_namespace=$value ;;
	page_cache=*) [[ $value == report || $value == flush || $value == refuse ]] && take_once cache && page_cache=$value ;;
	helpers=*) [[ $value == refuse || $value == report ]] && take_once helpers && helpers=$value ;;
	quarantine=*) [[ $value == optional || $value == required ]] && take_once quarantine && quarantine=$value ;;
	quarantine_sec=*) take_number "$value" "$QUARANTINE_SEC_MAX" && take_once quarantine_sec && quarantine_sec=$value ;;
	shared_type=*)
		[[ $value =~ ^[a-z0-9][a-z0-9._-]{0,31}$ ]] || return 1
		shared_types+=("$value")
		((${#shared_types[@]} <= SHARED_TYPES_MAX))
		;;
	own_machine_id=*) [[ $value =~ ^[0-9a-f]{0,64}$ ]] && take_once machine && own_machine_id=$value ;;
	own_boot_id=*) [[ $value =~ ^[0-9a-f-]{0,64}$ ]] && take_once boot && own_boot_id=$value ;;
	host_uuid=*) [[ $value =~ ^[A-Za-z0-9-]{0,64}$ ]] && take_once host && host_uuid=$value ;;
	host_pin=*) [[ $value == bound || $value == confirmed || $value == unconfirmed ]] && take_once pin && host_pin=$value ;;
	ready)
		[[ -n $action ]] || refuse_request 'something is missing'
		take_once ready || return 1
		ready_ms=$clock_ms
		# A login shell may have left half a line of its own on stdout.
		printf '\nPF1 %s ready\n' "$nonce"
		;;
	vm=*)
		[[ $value =~ ^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\ ([1-9][0-9]*)$ ]] || return 1
		take_vm "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
		;;
	*) return 1 ;;
	esac
}

# One VM, once, with what it may take.
take_vm() {
	take_number "$2" "$BUDGET_MS_MAX" && [[ -z ${vm_known[$1]-} ]] || return 1
	vm_known[$1]=1 vm_budget_ms[$1]=$2
	vms+=("$1")
	((${#vms[@]} <= VMS_MAX))
}

# Digits alone, and no zero in front, before the shell counts with them.
take_number() { [[ $1 =~ ^(0|[1-9][0-9]{0,5})$ ]] && (($1 <= $2)); }

# Every version of the program understands the first two lines, and says in which it answers.
take_head() {
	case $1 in
	1)
		[[ $2 =~ ^version=[0-9]{1,4}$ ]] || refuse_request 'it does not begin with a version'
		asked_version=${2#version=}
		;;
	2)
		if [[ $2 != nonce=* ]] || ! take_line "$2"; then refuse_request 'there is no nonce after the version'; fi
		[[ $asked_version == "$PROTOCOL" ]] && return
		printf '\n'
		say "begin version=$PROTOCOL vms=0"
		say 'fail why=version'
		tell
		exit 3
		;;
	esac
}

read_request() {
	local line count=0 begun_ms asked_version=''
	read_clock
	begun_ms=$clock_ms
	while IFS= read -r -n "$LINE_BYTES_MAX" -t "$LINE_SEC_MAX" line; do
		read_clock
		((++count <= REQUEST_LINES_MAX && clock_ms - begun_ms <= REQUEST_MS_MAX)) || refuse_request 'it has no end'
		((${#line} < LINE_BYTES_MAX)) || refuse_request 'a line is too long'
		if ((count <= 2)); then
			take_head "$count" "$line"
		elif [[ $line == go ]]; then
			((${#vms[@]} > 0)) || refuse_request 'something is missing'
			return
		else
			take_line "$line" || refuse_request "line $count is not allowed"
		fi
	done
	refuse_request 'it ends before its last line'
}
