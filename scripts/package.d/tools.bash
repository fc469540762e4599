# shellcheck shell=bash
# What building and testing the packages needs of the machine, and how to get it.

package_tools=(
	aarch64-linux-gnu-strip:binutils-aarch64-linux-gnu x86_64-linux-gnu-strip:binutils-x86-64-linux-gnu
	rpmbuild:rpm dpkg-deb:dpkg xz:xz-utils git:git
)
# The runtime of the other architecture runs under qemu, with libraries of its own.
test_tools=(
	lintian:lintian rpmlint:rpmlint man:man-db systemd-analyze:systemd debootstrap:debootstrap
	qemu-aarch64-static:qemu-user-static
	/usr/aarch64-linux-gnu/lib/libc.so.6:libc6-arm64-cross
	/usr/aarch64-linux-gnu/lib/libstdc++.so.6:libstdc++6-arm64-cross
	/usr/aarch64-linux-gnu/lib/libgcc_s.so.1:libgcc-s1-arm64-cross
)

fail() {
	printf 'package: %s\n' "$*" >&2
	exit 1
}

# list_missing LIST: the packages; the list is an array of program:package, or file:package.
list_missing() {
	local -n list=$1
	local entry
	for entry in "${list[@]}"; do
		[[ $entry == /* && -e ${entry%%:*} ]] || type -P "${entry%%:*}" >/dev/null || printf '%s\n' "${entry#*:}"
	done
}

install_tools() {
	local missing
	mapfile -t missing < <(list_missing "$1")
	((${#missing[@]} > 0)) || return 0
	if ((EUID != 0)) || ! type -P apt-get >/dev/null; then
		fail "missing, and apt-get as root is not to be had here: ${missing[*]}"
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends \
		"${missing[@]}" >/dev/null
}
