# shellcheck shell=bash
# What the lab needs of the machine, and how to get it.

lab_programs=(
	qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils qemu-nbd:qemu-utils
	libvirtd:libvirt-daemon-system virsh:libvirt-clients sshd:openssh-server ssh-keygen:openssh-client
	nft:nftables swtpm:swtpm pgrep:procps ip:iproute2 ping:iputils-ping sudo:sudo mkfs.ext4:e2fsprogs perl:perl-base
)

# What judges the fence agent for Pacemaker; the tests that need it say so where it is not here.
lab_judges=(
	stonith_admin:pacemaker-cli-utils /usr/lib/pacemaker/pacemaker-fenced:pacemaker corosync:corosync
	xmllint:libxml2-utils fence_virsh:fence-agents
)

list_missing_packages() {
	local entry PATH=$PATH:/usr/sbin:/sbin
	for entry in "${lab_programs[@]}"; do
		type -P "${entry%%:*}" >/dev/null || printf '%s\n' "${entry#*:}"
	done
	compgen -G '/usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so' >/dev/null ||
		printf 'libvirt-daemon-driver-qemu\n'
}

list_missing_features() {
	[[ $EUID == 0 ]] || printf 'not root\n'
	unshare --net --pid --mount --ipc --uts --cgroup --fork true 2>/dev/null ||
		printf 'namespaces cannot be made (unshare fails)\n'
	grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || printf 'no overlay file system in the kernel\n'
	[[ -e /dev/loop-control ]] || printf 'no loop devices (/dev/loop-control is missing)\n'
	unshare --net nft add table inet lab 2>/dev/null || printf 'no nftables in the kernel\n'
	unshare --net ip link add lab type bridge 2>/dev/null || printf 'no bridges in the kernel\n'
	unshare --net ip link add lab type veth 2>/dev/null || printf 'no veth pairs in the kernel\n'
	find_cgroups pids >/dev/null || printf 'no writable pids cgroup (only the state fork-limit needs it)\n'
	find_cgroups unified >/dev/null || printf 'no writable cgroup2 (VMs then have no cgroups of their own)\n'
}

# Says one line for each thing that is missing.
check_machine() {
	local missing
	missing=$(list_missing_packages | sort -u | sed 's/^/missing package: /' && list_missing_features)
	[[ -z $missing ]] && return 0
	printf '%s\n' "$missing"
	return 1
}

install_missing() {
	local packages
	mapfile -t packages < <(list_missing_packages | sort -u)
	if ((${#packages[@]} > 0)); then
		install_packages "${packages[@]}" 2>/dev/null || { apt-get update && install_packages "${packages[@]}"; } ||
			fail "apt-get could not install: ${packages[*]}"
	fi
	install_judges
	check_machine
}

# Never where systemd runs: Debian's packages would make the machine a cluster there, which is somebody's own decision.
list_missing_judges() {
	local entry PATH=$PATH:/usr/sbin:/sbin
	[[ ! -d /run/systemd/system ]] || return 0
	for entry in "${lab_judges[@]}"; do
		type -P "${entry%%:*}" >/dev/null || printf '%s\n' "${entry#*:}"
	done
}

install_judges() {
	local packages
	mapfile -t packages < <(list_missing_judges | sort -u)
	((${#packages[@]} == 0)) || install_packages "${packages[@]}" >/dev/null 2>&1 || return 0
	# Nor in a host of the lab that boots this root.
	[[ -d /run/systemd/system ]] || systemctl disable corosync pacemaker >/dev/null 2>&1 || return 0
}

# RUNLEVEL: nothing is started by being installed.
install_packages() {
	RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends "$@"
}
