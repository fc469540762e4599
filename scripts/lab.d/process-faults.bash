# shellcheck shell=bash
# Daemons and VMs that are stopped, hang or have died without being reaped.

# stop_daemon NAME: ends sshd or libvirtd, also one that hangs; sessions and VMs stay.
stop_daemon() {
	local pid
	pid=$(<"$host_dir/$1.pid")
	kill -TERM "$pid" 2>/dev/null
	kill -CONT "$pid" 2>/dev/null
	wait_until 5 is_gone "$pid" || kill -KILL "$pid"
	rm -f "/proc/$host_init/root/run/$1.pid" "$host_dir/$1.pid"
}

# A stopped listener does not stop the sessions that it has already handed over.
signal_daemon() {
	[[ -s $host_dir/$2.pid ]] || fail "$2 does not run on this host"
	kill "-$1" "$(<"$host_dir/$2.pid")"
}

signal_qemu() {
	local pid start sent=1
	select_vm "$2" "$3"
	while read -r pid start; do
		is_process "$pid" "$start" && kill "-$1" "$pid" && sent=0
	done <"$vm_dir/processes"
	((sent == 0)) || fail "no qemu of VM $vm_uuid is left on $2"
}

# Each session is a child of the listener, and most have a child of their own without privileges.
cut_sessions() {
	local listener child children
	listener=$(<"$host_dir/sshd.pid")
	for child in $(lab_children "$listener"); do
		children=$(lab_children "$child" 2>/dev/null)
		# shellcheck disable=SC2086 # several pids are several words
		kill -KILL "$child" $children 2>/dev/null
	done
	return 0
}

# start_respawner HOST UUID MS: the other HA, or the well-meant script, that fencing has to see. Its own command line
# names neither VM nor qemu.
start_respawner() {
	select_vm "$1" "$2"
	[[ ${3-} =~ ^[0-9]+$ ]] || fail_usage "respawner takes milliseconds: ${3-}"
	local pid_file=/run/lab-$vm_uuid.pid
	[[ -s /proc/$host_init/root$pid_file ]] || fail "VM $vm_uuid is no orphan"
	enter_host setsid --fork bash -s "$(<"/proc/$host_init/root$pid_file")" "$(printf '%d.%03d' $(($3 / 1000)) $(($3 % 1000)))" \
		>/dev/null 2>&1 <<-'EOF'
			echo $$ >/run/lab-respawner.pid
			mapfile -d '' words </proc/$1/cmdline
			for ((i = 1; i < ${#words[@]}; i++)); do [[ ${words[i - 1]} == -pidfile ]] && file=${words[i]}; done
			pid=$1
			while :; do
				if [[ ! -e /proc/$pid ]]; then
					sleep "$2"
					"${words[@]}"
					pid=$(<"$file")
				fi
				sleep 0.02
			done
		EOF
	wait_until 5 test -s "/proc/$host_init/root/run/lab-respawner.pid" || fail "the respawner did not start"
	find_lab_pid "$(<"/proc/$host_init/root/run/lab-respawner.pid")" >"$host_dir/respawner.pid"
}

stop_respawner() {
	[[ -s $host_dir/respawner.pid ]] || fail "no respawner runs on this host"
	kill -KILL "$(<"$host_dir/respawner.pid")"
	rm -f "$host_dir/respawner.pid" "/proc/$host_init/root/run/lab-respawner.pid"
}

# A qemu whose parent has become a program that never waits for it.
make_zombie() {
	local pid file=/run/lab-zombie-$1.pid
	vm_uuid=$(normalise_uuid "$1") || exit
	vm_dir=$host_dir/vms/$vm_uuid
	mkdir -p "$vm_dir"
	# shellcheck disable=SC2016 # the host's shell expands these
	enter_host setsid --fork bash -c '"${@:2}" & echo $! >"$1"; exec sleep infinity' - "$file" \
		/usr/bin/qemu-system-x86_64 -name "guest=${vm_uuid//-/},debug-threads=on" -S -machine pc,usb=off -accel tcg \
		-m 16 -uuid "$vm_uuid" -display none -no-user-config -nodefaults </dev/null >/dev/null 2>&1
	wait_until 5 test -s "/proc/$host_init/root$file" || fail "the qemu did not start"
	pid=$(find_lab_pid "$(<"/proc/$host_init/root$file")")
	wait_until 5 has_word "$pid" -uuid || fail "the qemu did not start"
	record_process "$pid"
	kill -KILL "$pid"
	wait_until 5 is_dead "$pid" || fail "the qemu did not become a zombie"
	cat "/proc/$host_init/root$file"
}

has_word() {
	grep -qzFx -e "$2" "/proc/$1/cmdline"
}

# Freezes the host's storage; with a UUID, returns when a task of that VM hangs in it.
hang_storage() {
	make_storage
	[[ -z ${2-} ]] || select_vm "$1" "$2"
	fsfreeze --freeze "$host_dir/storage" || fail "cannot freeze the storage of $1"
	[[ -z ${2-} ]] || wait_until 5 has_hanging_request ||
		fail "no request of VM $vm_uuid hangs: is its disk on the host's storage?"
}

# A file on frozen storage holds a task in D; a request to a LUN may hang in the kernel alone, so ask the LUN too.
has_hanging_request() {
	local disk reads writes
	disk=$(basename "$(<"$vm_dir/disk")")
	[[ -e $host_dir/luns/$disk ]] && read -r reads writes <"/sys/block/$disk/inflight" && ((reads + writes > 0)) && return
	print_living_tasks "$(basename "$host_dir")" "$vm_uuid" | grep -q '^[0-9]* [0-9]* D '
}
