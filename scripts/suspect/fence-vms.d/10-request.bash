# The request, from stdin. Nothing of it is trusted before it matched a pattern.
# shellcheck shell=bash
nonce='' budget_ms=0 hold_ms=0 pid_namespace=initial own_machine_id='' own_boot_id='' host_uuid=''
page_cache=report shared_types=() vms=()
declare -A vm_known=()

# One line of the request; anything unexpected makes the whole request void.
take_line() {
	local value=${1#*=}
	case $1 in
	nonce=*) [[ $value =~ ^[0-9a-f]{32}$ ]] && nonce=$value ;;
	budget_ms=*) [[ $value =~ ^[0-9]{1,7}$ ]] && budget_ms=$((10#$value)) ;;
	hold_ms=*) [[ $value =~ ^[0-9]{1,6}$ ]] && hold_ms=$((10#$value)) ;;
	pid_namespace=*) [[ $value == initial || $value == nested ]] && pid_namespace=$value ;;
	page_cache=*) [[ $value == report || $value == flush || $value == refuse ]] && page_cache=$value ;;
	shared_type=*) [[ $value =~ ^[a-z0-9][a-z0-9._-]{0,31}$ ]] && shared_types+=("$value") ;;
	own_machine_id=*) [[ $value =~ ^[0-9a-f]{0,64}$ ]] && own_machine_id=$value ;;
	own_boot_id=*) [[ $value =~ ^[0-9a-f-]{0,64}$ ]] && own_boot_id=$value ;;
	host_uuid=*) [[ $value =~ ^[A-Za-z0-9-]{0,64}$ ]] && host_uuid=$value ;;
	vm=*)
		[[ $value =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] || return 1
		[[ -n ${vm_known[$value]-} ]] || vms+=("$value")
		vm_known[$value]=1
		;;
	*) return 1 ;;
	esac
}

read_request() {
	local line
	while IFS= read -r -t 10 line; do
		if [[ $line == go ]]; then
			[[ -n $nonce ]] && ((${#vms[@]} > 0 && budget_ms > 0))
			return
		fi
		take_line "$line" || return 1
	done
	return 1
}
