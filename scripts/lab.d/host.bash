# shellcheck shell=bash
# Hosts: namespaces with a root, an sshd and a libvirtd of their own. Their state lies in $LAB_DIR/hosts/NAME.

dispatch_host() {
	local command=${1-}
	shift
	case $command in
	up) start_host "$@" ;;
	down) stop_host "$@" ;;
	list) list_hosts ;;
	address | address6) select_host "$@" && cat "$host_dir/$command" ;;
	hostkey) print_host_key "$@" ;;
	rekey) renew_host_key "$@" ;;
	exec) run_on_host "$@" ;;
	*) fail_usage "unknown command: host $command" ;;
	esac
}

start_host() {
	local name=${1-} number tree=
	[[ ${2-} != --tree ]] || tree=$(readlink -e "${3-}") || fail_usage "no such tree: ${3-}"
	[[ $name =~ ^[a-z][a-z0-9-]{0,30}$ ]] || fail_usage "a host's name is lower case letters, digits and dashes: $name"
	host_dir=$LAB_DIR/hosts/$name
	mkdir "$host_dir" 2>/dev/null || fail "a host $name was made before in this lab"
	number=$(allot_number) || fail 'no number is free for one more host'
	[[ -n $tree ]] || { flock 9 && { [[ -e $LAB_DIR/base/done ]] || { make_base && touch "$LAB_DIR/base/done"; }; } || exit 1; } \
		9>"$LAB_DIR/base/lock" >"$LAB_DIR/base/log" 2>&1 || fail "$(<"$LAB_DIR/base/log")"
	make_host_cgroup "$name"
	(
		join_host_cgroup
		exec setsid unshare --net --pid --mount --ipc --uts --cgroup --fork --kill-child -- \
			"$lab_program" _boot "$host_dir" "$name" "$tree"
	) </dev/null >"$host_dir/boot.log" 2>&1 &
	wait_until 10 is_booted || fail "host $name did not boot: $(<"$host_dir/boot.log")"
	mv "$host_dir/self" "$host_dir/init.pid"
	select_host "$name"
	printf '%s\n' "port$number" >"$host_dir/port"
	printf '10.77.0.%s\n' "$number" >"$host_dir/address"
	printf 'fd77::%s\n' "$number" >"$host_dir/address6"
	connect_host "port$number" "$number" || fail "no network for $name"
	if [[ -n $tree ]]; then
		wait_until 30 is_system_up || fail "systemd of $name did not come up"
	else
		start_sshd || fail "sshd of $name did not start"
		[[ ${2-} == --no-libvirt ]] || start_libvirtd || fail "libvirtd of $name did not start"
	fi
	cat "$host_dir/address"
}

# Addresses end in 11, 12, ... in the order of arrival. A number that is free again is the last to be
# given away anew: whoever knows the host keys of a lab would meet another host there.
allot_number() {
	local last=10 tries
	(
		flock 9
		[[ -s $LAB_DIR/names/last ]] && read -r last <"$LAB_DIR/names/last"
		for ((tries = 0; tries < 239; tries++)); do
			last=$((last < 249 ? last + 1 : 11))
			mkdir "$LAB_DIR/names/$last" 2>/dev/null || continue
			printf '%s\n' "$last" | tee "$LAB_DIR/names/last"
			exit 0
		done
		exit 1
	) 9>"$LAB_DIR/names/lock"
}

# A network namespace goes some time after its last process, and its cables with it. The number's next owner has another
# MAC address and announces it to nobody.
release_number() {
	ip link delete "port${1##*.}" 2>/dev/null
	ip neigh flush to "$1" dev lab0
	ip -6 neigh flush to "fd77::${1##*.}" dev lab0
	rmdir "$LAB_DIR/names/${1##*.}"
}

is_booted() {
	[[ -s $host_dir/self && -e /proc/$(<"$host_dir/self")/root/run/booted ]]
}

stop_host() {
	select_host "$@"
	thaw_storage
	rm "$host_dir/init.pid"
	kill -KILL "$host_init"
	wait_until 15 is_gone "$host_init" || fail "host $1 has processes that do not die"
	unmount_storage
	remove_cgroups "$1"
	release_number "$(<"$host_dir/address")"
	rm -rf "$host_dir"
}

# A unit that fails in a namespace of ours (degraded) is none of what a test boots a tree for.
is_system_up() {
	[[ $(enter_host systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]
}

list_hosts() {
	local file
	for file in "$LAB_DIR"/hosts/*/init.pid; do
		[[ -e $file ]] && basename "${file%/init.pid}"
	done
}

run_on_host() {
	select_host "$@"
	shift
	[[ ${1-} == -- ]] && shift
	(($# > 0)) || fail_usage "host exec: no command"
	enter_host "$@"
}

start_sshd() {
	enter_host /usr/sbin/sshd || return 1
	wait_until 5 test -s "/proc/$host_init/root/run/sshd.pid" || return 1
	find_lab_pid "$(<"/proc/$host_init/root/run/sshd.pid")" >"$host_dir/sshd.pid"
}

start_libvirtd() {
	enter_host /usr/sbin/libvirtd --daemon || return 1
	wait_until 10 test -S "/proc/$host_init/root/run/libvirt/libvirt-sock" || return 1
	find_lab_pid "$(<"/proc/$host_init/root/run/libvirtd.pid")" >"$host_dir/libvirtd.pid"
}

print_host_key() {
	select_host "$@"
	printf '%s,%s %s\n' "$(<"$host_dir/address")" "$(<"$host_dir/address6")" \
		"$(cut -d' ' -f1,2 "/proc/$host_init/root/etc/ssh/ssh_host_ed25519_key.pub")"
}

renew_host_key() {
	select_host "$@"
	local key=/etc/ssh/ssh_host_ed25519_key
	enter_host /bin/sh -c "rm -f $key $key.pub; ssh-keygen -q -t ed25519 -N '' -f $key"
	stop_daemon sshd
	start_sshd
}
