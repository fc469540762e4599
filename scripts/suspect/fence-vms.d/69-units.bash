# What is known of a unit of systemd from files alone: whether it starts its process again, and after how long.
# shellcheck shell=bash

# The service that the process belongs to, in `unit`, and its cgroup in `unit_group`: `pod` for one of Kubernetes, empty
# for none.
unit='' unit_group=''
read_unit() {
	local lines=() line
	unit='' unit_group=''
	mapfile -t lines <"$PROC/$1/cgroup"
	for line in "${lines[@]}"; do
		if [[ $line == */kubepods* ]]; then
			unit=pod
			return
		fi
		# The service itself, or a part of its cgroup that it keeps for itself.
		[[ ${line#*:*:} =~ ^(.*/([^/]+\.service))(/[^.]*)?$ ]] && unit_group=${BASH_REMATCH[1]} unit=${BASH_REMATCH[2]}
	done
}

# Whether any file of a unit says that it is started again; in restart_ms the longest wait that any of them says. Which
# of them holds is for systemd to know: the worst that they say is not too little.
read_restart() {
	local file lines line restarts='' wait_ms=-1
	unit_programs=' '
	list_unit_files "$1"
	for file in "${matches[@]}"; do
		lines=()
		mapfile -t -n "$HOST_FILE_LINES_MAX" lines <"$file"
		for line in "${lines[@]}"; do
			case ${line//[[:blank:]]/} in
			Restart= | Restart=no) ;;
			Restart=*) restarts=yes ;;
			RestartSec=* | RestartMaxDelaySec=* | DefaultRestartSec=*)
				read_time_span "${line#*=}"
				((span_ms <= wait_ms)) || wait_ms=$span_ms
				;;
			ExecStart=*) note_unit_program "${line#*=}" ;;
			esac
		done
	done
	[[ -n $restarts ]] || return 1
	restart_ms=$((wait_ms < 0 ? RESTART_MS_DEFAULT : wait_ms))
}

# What a unit starts, as its process is called.
unit_programs=' '
note_unit_program() {
	local program=${1#"${1%%[![:blank:]]*}"}
	program=${program%%[[:blank:]]*}
	program=${program##*/}
	unit_programs+="${program:0:15} "
}

# MainPID is in no file. A qemu is the main process of its unit unless another process of it is seen to be: an older one
# that systemd has started, and that is called as what the unit starts.
is_main_of_unit() {
	local group pids=() pid start parent
	read_stat "$PROC/$1/stat" || return 0
	start=$st_start
	for group in "$SYS"/fs/cgroup{,/systemd,/unified}"$unit_group"; do
		pids=()
		[[ -e $group/cgroup.procs ]] && mapfile -t pids <"$group/cgroup.procs"
		for pid in "${pids[@]}"; do
			if [[ $pid == "$1" ]] || ! read_stat "$PROC/$pid/stat"; then continue; fi
			((st_start < start)) && [[ $unit_programs == *" $st_comm "* ]] && read_parent "$pid" && [[ $parent == 1 ]] && return 1
		done
	done
	return 0
}

# Where systemd looks for the files of a unit, in no order, in `matches`.
list_unit_files() {
	local folder name part found=() names=("$1")
	[[ $1 == *@*.service ]] && names+=("${1%%@*}@.service")
	for folder in "$ETC"/systemd/{system,system.control,system.attached} "$RUN"/systemd/{system,system.control,system.attached,transient} \
		"$RUN"/systemd/generator{,.early,.late} {/usr/local/lib,/usr/lib,/lib}/systemd/system; do
		for name in "${names[@]}"; do
			[[ -e $folder/$name ]] && found+=("$folder/$name")
			list_matches "$folder/$name.d/*.conf"
			found+=("${matches[@]}")
		done
		list_matches "$folder/service.d/*.conf"
		found+=("${matches[@]}")
		# Those of every unit whose name begins so.
		list_matches "$folder/*-.service.d/*.conf"
		for name in "${matches[@]}"; do
			part=${name%/*}
			part=${part##*/}
			[[ $1 == "${part%.service.d}"* ]] && found+=("$name")
		done
	done
	list_matches "$ETC/systemd/system.conf.d/*.conf"
	matches+=("${found[@]}" "$ETC/systemd/system.conf")
}

# A time span of systemd in ms, in `span_ms`: seconds where it has no unit. What is not understood never ends.
span_ms=0
read_time_span() {
	local span=${1//[[:blank:]]/} ms fraction
	span_ms=0
	while [[ $span =~ ^([0-9]{1,6})(\.([0-9]+))?(ms|msec|us|usec|sec|seconds?|s|min|minutes?|m|hours?|hr|h)?(.*)$ ]]; do
		span=${BASH_REMATCH[5]} fraction=${BASH_REMATCH[3]}000
		ms=$((10#${BASH_REMATCH[1]} * 1000 + 10#${fraction:0:3} + 1))
		case ${BASH_REMATCH[4]} in
		ms* | us*) ms=$((ms / 1000 + 1)) ;;
		m*) ms=$((ms * 60)) ;;
		h*) ms=$((ms * 3600)) ;;
		esac
		span_ms=$((span_ms + ms))
	done
	[[ -z $span ]] || span_ms=$RESTART_MS_FOREVER
}
