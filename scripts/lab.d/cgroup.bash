# shellcheck shell=bash
# Cgroups: each host has one of version 2 as its root, in which libvirt makes one per VM, and for the state fork-limit
# one with the pids controller. They are the machine's, so their names carry the lab's and teardown removes them.

# find_cgroups pids|unified: where the hierarchy is mounted.
find_cgroups() {
	local mount=''
	[[ $1 == pids ]] && mount=$(awk '$3 == "cgroup" && $4 ~ /(^|,)pids(,|$)/ { print $2; exit }' /proc/mounts)
	[[ -n $mount ]] || mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[[ -w $mount/cgroup.procs ]] && printf '%s\n' "$mount"
}

# Moves the calling process into the host's cgroup, where there are any.
join_host_cgroup() {
	[[ -s $host_dir/cgroup ]] && printf '0\n' >"$(<"$host_dir/cgroup")/cgroup.procs"
}

# libvirt takes a cgroup2 without any controller for none at all, so the host's group gets the first that there is.
make_host_cgroup() {
	local root group controller
	root=$(find_cgroups unified) || return
	group=$root/${LAB_DIR##*/}.$1
	{
		# Another lab may be about to release the controllers.
		flock 9
		mkdir "$group" && printf '%s\n' "$group" >"$host_dir/cgroup" || return
		[[ -n $(<"$group/cgroup.controllers") ]] && return
		read -r controller _ <"$root/cgroup.controllers" && printf '+%s\n' "$controller" >"$root/cgroup.subtree_control"
	} 9<"$root/cgroup.controllers"
}

# With no group left below it, the machine's root goes back to no controllers.
release_controllers() {
	local root controller
	root=$(find_cgroups unified) || return
	{
		flock 9
		[[ -z $(find "$root" -mindepth 1 -type d) ]] || return
		for controller in $(<"$root/cgroup.subtree_control"); do
			printf -- '-%s\n' "$controller" >"$root/cgroup.subtree_control"
		done
	} 9<"$root/cgroup.controllers"
}

# limit_forks N: a shell that root opens by ssh can have N processes besides itself; listener, session and shell make 3.
limit_forks() {
	local group
	[[ $1 =~ ^[0-9]+$ ]] || fail_usage "fork-limit takes a number: $1"
	group=$(find_cgroups pids)/${LAB_DIR##*/}.$(basename "$host_dir").pids
	mkdir -p "$group" || fail "no pids cgroup"
	printf '%s\n' $(($1 + 3)) >"$group/pids.max" || fail "no limit in $group"
	cat "$host_dir/sshd.pid" >"$group/cgroup.procs"
}

unlimit_forks() {
	printf 'max\n' >"$(find_cgroups pids)/${LAB_DIR##*/}.$(basename "$host_dir").pids/pids.max"
}

# remove_cgroups PATTERN: those of the hosts whose names match, once their processes are gone.
remove_cgroups() {
	local kind group
	for kind in pids unified; do
		# shellcheck disable=SC2231 # $1 is a pattern
		for group in "$(find_cgroups "$kind")/${LAB_DIR##*/}".$1{,.pids}; do
			[[ -d $group ]] && wait_until 5 remove_cgroup "$group"
		done
	done
	release_controllers
}

remove_cgroup() {
	find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
	[[ ! -d $1 ]]
}
