# shellcheck shell=bash
# Pacemaker's fencer on the peer, to judge a fence agent from outside: among mounts and processes of its own, on the
# lab's loopback, so that nothing of a cluster of the machine is touched. Its state lies in $LAB_DIR/cluster.

dispatch_cluster() {
	local command=${1-}
	cluster_dir=$LAB_DIR/cluster
	shift
	case $command in
	up) start_cluster "$@" ;;
	down) stop_cluster ;;
	log) cat "$cluster_dir/fencer.log" ;;
	exec)
		[[ ${1-} == -- ]] && shift
		enter_cluster "$@"
		;;
	*) fail_usage "unknown command: cluster $command" ;;
	esac
}

# start_cluster MODE AGENTS: the programs in the folder AGENTS are to the fencer in /usr/sbin.
start_cluster() {
	[[ ${1-} == stand-alone || ${1-} == member ]] || fail_usage 'cluster up: stand-alone or member'
	[[ -d ${2-} ]] || fail_usage "no such folder: ${2-}"
	mkdir "$cluster_dir" || fail 'there is a cluster already'
	mkdir "$cluster_dir"/{agents,work}
	cp -p "$2"/* "$cluster_dir/agents/"
	setsid unshare --mount --pid --fork --kill-child -- "$lab_program" _cluster "$1" \
		</dev/null >"$cluster_dir/boot.log" 2>&1 &
	wait_until 30 is_cluster_up || fail "the fencer did not start: $(tail -n 20 "$cluster_dir"/*.log)"
}

is_cluster_up() {
	[[ -e $cluster_dir/pid ]] && enter_cluster stonith_admin --list-registered >/dev/null 2>&1
}

stop_cluster() {
	local pid
	pid=$(<"$cluster_dir/pid") || fail 'there is no cluster'
	kill -KILL "$pid"
	wait_until 10 is_dead "$pid" || fail 'the cluster does not end'
	rm -rf "$cluster_dir"
}

enter_cluster() {
	nsenter --target "$(<"$cluster_dir/pid")" --mount --pid -- \
		/usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

# Runs as the first process of the cluster. A fencer that ends takes the rest with it.
run_cluster() {
	[[ $$ == 1 ]] || fail '_cluster is for lab cluster up only'
	local pid dir=$LAB_DIR/cluster
	read -r pid _ </proc/self/stat
	mount --make-rprivate / && mount -t proc proc /proc || exit 1
	mount -t overlay overlay -o "lowerdir=/usr/sbin,upperdir=$dir/agents,workdir=$dir/work" /usr/sbin || exit 1
	hide_machine_cluster || exit 1
	printf '%s\n' "$pid" >"$dir/pid"
	if [[ $1 == stand-alone ]]; then
		exec_fencer --stand-alone
	else
		write_corosync_config >/etc/corosync/corosync.conf
		env -i PATH="$PATH" corosync -f >"$dir/corosync.log" 2>&1 &
		wait_until 10 corosync-cfgtool -s >/dev/null 2>&1
		env -i PATH="$PATH" /usr/lib/pacemaker/pacemaker-based -V >"$dir/cib.log" 2>&1 &
		wait_until 10 test -e /var/lib/pacemaker/cib/cib.xml
		exec_fencer
	fi
}

exec_fencer() {
	# It must not be the first process: signals that it sends to its own agents would not reach it then.
	env -i PATH="$PATH" /usr/lib/pacemaker/pacemaker-fenced "$@" -V -l "$LAB_DIR/cluster/fencer.log"
	exit 1
}

hide_machine_cluster() {
	local place
	for place in /run /dev/shm /var/log /var/lib/pacemaker /var/lib/corosync /etc/corosync; do
		mkdir -p "$place" && mount -t tmpfs cluster "$place" || return 1
	done
	mkdir -p /run/crm /var/log/{pacemaker,corosync} /var/lib/pacemaker/{cores,blackbox,cib,pengine}
	chown -R hacluster:haclient /run/crm /var/lib/pacemaker
}

# One member, on loopback.
write_corosync_config() {
	cat <<-'EOF'
		totem {
			version: 2
			cluster_name: lab
			transport: udpu
			interface {
				ringnumber: 0
				bindnetaddr: 127.0.0.1
			}
		}
		nodelist {
			node {
				ring0_addr: 127.0.0.1
				name: peer
				nodeid: 1
			}
		}
		quorum {
			provider: corosync_votequorum
		}
		system {
			sched_rr: no
		}
		logging {
			to_syslog: no
			to_stderr: yes
		}
	EOF
}
