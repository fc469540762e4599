# shellcheck shell=bash
# What every part of the lab uses: how to fail, where a host's state lies, how to get into a host.

fail() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

fail_usage() {
	printf 'lab: %s ("lab help" lists the commands)\n' "$*" >&2
	exit 2
}

require_lab() {
	[[ -n ${LAB_DIR-} && -d $LAB_DIR/hosts ]] ||
		fail "this works only inside a lab: LAB_DIR is not set; start one with: lab run -- COMMAND"
}

# Sets host_dir and host_init, the pid of the host's first process as the lab sees it.
select_host() {
	host_dir=$LAB_DIR/hosts/${1-}
	[[ -n ${1-} ]] || fail_usage "no host named"
	[[ -e $host_dir/init.pid ]] || fail "no host is up with the name $1"
	host_init=$(<"$host_dir/init.pid")
}

# Runs a command in every namespace of the selected host, as its root, with a clean environment.
enter_host() (
	join_host_cgroup
	exec nsenter --target "$host_init" --mount --uts --ipc --net --pid --cgroup -- \
		/usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8 TERM="${TERM-dumb}" "$@"
)

# wait_until SECONDS COMMAND...: polls, so that nothing here waits longer than it has to.
wait_until() {
	local tries=$(($1 * 50))
	shift
	until "$@"; do
		((tries-- > 0)) || return 1
		sleep 0.02
	done
}

is_gone() {
	[[ ! -e /proc/$1 ]]
}

# Gone, or nothing is left of it but zombies.
is_dead() {
	! print_tasks "$1" >/dev/null
}

# The pid in the lab of a pid on the selected host.
find_lab_pid() {
	local status
	# NSpid lists the pid from the outermost namespace to the innermost.
	while read -r status; do
		[[ ${status%/status}/ns/pid -ef /proc/$host_init/ns/pid ]] || continue
		status=${status%/status}
		printf '%s\n' "${status#/proc/}"
		return 0
	done < <(grep -lP "^NSpid:.*\t$1\$" /proc/[0-9]*/status 2>/dev/null)
	return 1
}

normalise_uuid() {
	local hex=${1,,}
	hex=${hex//-/}
	[[ $hex =~ ^[0-9a-f]{32}$ ]] || fail_usage "not a uuid: $1"
	printf '%s-%s-%s-%s-%s\n' "${hex:0:8}" "${hex:8:4}" "${hex:12:4}" "${hex:16:4}" "${hex:20}"
}
