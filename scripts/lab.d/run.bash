# shellcheck shell=bash
# Entering a lab and leaving nothing behind. Two processes share the work: a supervisor outside, and the lab's first
# process inside, whose death takes everything in the lab with it. All state lies on a tmpfs that only the lab sees.

run_lab() {
	[[ ${1-} == -- ]] && shift
	(($# > 0)) || fail_usage "run: no command"
	[[ $EUID == 0 ]] || fail "a lab needs root"
	LAB_DIR=$(mktemp -d /tmp/peerfence-lab.XXXXXX) || exit 1
	export LAB_DIR
	# A background child of this shell would ignore SIGINT for ever; and whatever kills the supervisor must reach
	# the inside as a SIGTERM, so that it still thaws and detaches.
	env --default-signal=INT,QUIT setpriv --pdeathsig KILL \
		unshare --net --pid --mount --ipc --uts --mount-proc --fork --kill-child=TERM -- \
		"$lab_program" _inside "$@" <&0 &
	local child=$! status inside mounts='' watcher
	trap 'end_inside "$child"' INT TERM HUP
	until [[ -e $LAB_DIR/entered ]] || ! kill -0 "$child" 2>/dev/null; do sleep 0.01; done
	inside=$(lab_children "$child")
	[[ -n $inside ]] && exec {mounts}<"/proc/$inside/ns/mnt"
	watch_inside "$inside" "$mounts" </dev/null >/dev/null 2>&1 &
	watcher=$!
	while
		wait "$child"
		status=$?
		kill -0 "$child" 2>/dev/null
	do :; done
	kill "$watcher" 2>/dev/null
	if [[ -n $inside ]]; then
		wait_until 30 is_dead "$inside"
		in_mounts "$mounts" _clean
		exec {mounts}<&-
	fi
	[[ -d $LAB_DIR ]] && remove_remains
	return "$status"
}

# run_apart COMMAND...: where no lab shows, among processes of its own and without loop devices.
run_apart() {
	[[ ${1-} == -- ]] && shift
	(($# > 0)) || fail_usage "apart: no command"
	exec unshare --pid --mount --mount-proc --fork --kill-child -- "$lab_program" _apart "$@"
}

# Runs as the first process there, which collects the orphans.
enter_apart() {
	[[ $$ == 1 ]] || fail "_apart is for lab apart only"
	hide_loops '' || exit 1
	"$@"
	exit
}

# in_mounts FD COMMAND: runs a part of the lab among the lab's mounts, which the open file keeps after its processes.
in_mounts() {
	nsenter --mount="/proc/$BASHPID/fd/$1" "$lab_program" "$2"
}

# Whoever reads the log of a lab that ended early has to find out that somebody wanted it.
end_inside() {
	local inside
	inside=$(lab_children "$1")
	printf 'lab: told to end by a signal after %d s\n' "$SECONDS" >&2
	[[ -z $inside ]] || kill -TERM "$inside"
}

lab_children() {
	local children=
	read -r children <"/proc/$1/task/$1/children"
	printf '%s\n' "${children% }"
}

# When the inside is killed, its processes cannot die before the frozen storage is thawed. A dying process has no
# command line any more, long before it is gone.
watch_inside() {
	local word=
	[[ -n $1 ]] || return
	trap 'kill $!; exit 0' TERM
	while IFS= read -r -d '' word <"/proc/$1/cmdline"; do
		sleep 1 &
		wait $!
	done
	: "$word"
	in_mounts "$2" _thaw
}

remove_remains() {
	remove_cgroups '*'
	rm -f "$LAB_DIR/entered"
	rmdir "$LAB_DIR"
}

# Runs as the lab's first process.
enter_lab() {
	[[ $$ == 1 && -n ${LAB_DIR-} ]] || fail "_inside is for lab run only"
	local command status=0 stopped=
	touch "$LAB_DIR/entered"
	mount -t tmpfs -o mode=755 lab "$LAB_DIR" && mkdir "$LAB_DIR"/{hosts,base,names,tmp} || exit 1
	# A journal that waits for the machine's disk would be late for reasons of the machine.
	export TMPDIR=$LAB_DIR/tmp
	hostname peer
	make_bridge || exit 1
	ssh-keygen -q -t ed25519 -N '' -C lab -f "$LAB_DIR/client_key"
	env --default-signal=INT,QUIT timeout --foreground -k 5 "${LAB_TIMEOUT_SEC:-3600}" "$@" <&0 &
	command=$!
	trap 'stopped=1; kill -TERM "$command"' INT TERM HUP
	while
		wait "$command"
		status=$?
		kill -0 "$command" 2>/dev/null
	do
		[[ -n $stopped ]] && {
			wait_until 3 is_gone "$command"
			kill -KILL "$command"
		} 2>/dev/null
	done
	trap '' INT TERM HUP
	((status == 124)) && printf 'lab: the time limit of %s s is over\n' "${LAB_TIMEOUT_SEC:-3600}" >&2
	leave_lab
	[[ -n $stopped ]] && status=143
	exit "$status"
}

# Frozen storage first: nothing that waits for it can be killed.
leave_lab() {
	thaw_everything
	wait_until 15 kill_everything || printf 'lab: processes survive the teardown\n' >&2
	unmount_storages
	cd / && umount --lazy "$LAB_DIR"
	remove_remains
}

# True when nothing but this first process is left in the lab.
kill_everything() {
	local left=0 entry
	[[ $$ == 1 ]] || fail "kill_everything outside the lab"
	for entry in /proc/[0-9]*; do
		[[ $entry == /proc/1 || $entry == "/proc/$BASHPID" ]] && continue
		kill -KILL "${entry#/proc/}" 2>/dev/null && left=1
	done
	((left == 0))
}
