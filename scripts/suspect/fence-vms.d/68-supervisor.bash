# Who will start the VM again once it is killed, seen before the kill. A supervisor whose delay is known and short
# makes the hold longer than that; with any other nothing of the VM is killed, since no proof could follow, and the
# supervisor's next run would meet the one that HA has started. README.md in this folder has the rule.
# shellcheck shell=bash

# Of each VM: what was found (no, pod, unit, parent, not-known), the delay of a unit, the hold that outlasts it, and
# whether its qemus are left alone.
declare -A vm_supervisor=() vm_restart_ms=() vm_hold_ms=() vm_spared=()

# From the harmless to what nobody can outlast: of several qemus of a VM the worst counts.
readonly SUPERVISORS=' no pod unit parent not-known '
note_supervisor() {
	local key=$1 vm=${group_vm[$1]} before
	find_supervisor "$key"
	before=${vm_supervisor[$vm]-no}
	[[ ${SUPERVISORS#*" $before "} == *"$supervisor "* ]] || supervisor=$before
	vm_supervisor[$vm]=$supervisor
	((restart_ms <= ${vm_restart_ms[$vm]-0})) || vm_restart_ms[$vm]=$restart_ms
	case $supervisor in
	no | pod) ;;
	unit) outlast_unit "$vm" || vm_spared[$vm]=1 ;;
	*) vm_spared[$vm]=1 ;;
	esac
}

# The hold lasts until the unit had its turn, if that fits into what a hold, and this fence, may last.
outlast_unit() {
	local needs=$((vm_restart_ms[$1] + RESTART_MARGIN_MS))
	read_clock
	((needs <= HOLD_MS_MAX && clock_ms + needs + RESTART_MARGIN_MS <= vm_deadline_ms[$1])) || return 1
	((needs <= hold_ms)) || vm_hold_ms[$1]=$needs
}

# In `supervisor`, and in restart_ms how long a unit of systemd waits before it starts it again. Libvirt starts nothing
# again by itself, wherever its VMs live: in its own unit, in scopes, in a container whose init they are left to. Of what
# has gone by itself, nobody can tell any more who will start it again.
supervisor=no restart_ms=0
find_supervisor() {
	local pid=${1%:*} parent=''
	supervisor=no restart_ms=0
	is_of_libvirt "$1" && return
	if ! read_parent "$pid"; then
		supervisor=not-known
		return
	fi
	read_unit "$pid"
	if [[ $unit == pod ]]; then
		supervisor=pod
	elif ! is_vm_starter "$parent"; then
		supervisor=parent
	elif [[ -n $unit && $parent != "$$" ]]; then
		# Of units of a user nobody knows where all their files lie.
		if ((parent > 1)); then
			supervisor=not-known
		elif read_restart "$unit" && is_main_of_unit "$pid"; then
			supervisor=unit
		else
			restart_ms=0
		fi
	fi
}

# By the name that libvirt gives the monitor of each of its qemus, or because its files or its cgroup named it.
is_of_libvirt() { [[ ${group_by[$1]} == pid-file || ${group_by[$1]} == cgroup || ${group_by[$1]} == libvirt-start || ${group_words[$1]} == *[=\"]charmonitor[,\"]* ]]; }

# In `parent`. Fails for what is gone.
read_parent() {
	local text=''
	IFS= read -r -d '' text <"$PROC/$1/stat"
	text=${text##*) }
	text=${text#* }
	parent=${text%% *}
	[[ $parent =~ ^[0-9]+$ ]]
}

# Whoever has qemus and does not start them again by itself: init, or the init of a user or a container, to which they
# are left; the daemons of libvirt; this program, which has the canary of a drill. A parent that has gone is none.
is_vm_starter() {
	(($1 <= 1 || $1 == $$)) && return
	read_stat "$PROC/$1/stat" || return 0
	case $st_comm in
	systemd | init | libvirtd | virtqemud | rpc-libvirtd | rpc-virtqemud | virt-launcher*) return 0 ;;
	esac
	return 1
}

# For the report, in `supervised`: what it is, and whether the hold outlasts it.
supervised=''
judge_supervisor() {
	local vm=$1 is=${vm_supervisor[$1]-}
	case $is in
	'') if [[ -n ${vm_groups[$vm]-} ]]; then is="not-looked"; else is="none-seen"; fi ;;
	unit) if [[ -n ${vm_spared[$vm]-} ]]; then is="too-slow"; else is=outlasted; fi ;;
	esac
	supervised="is=$is restart_ms=${vm_restart_ms[$vm]-0}"
}
