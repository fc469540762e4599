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

# install_tools LIST: the list is an array of program:package, or file:package.
install_tools() {
	local -n list=$1
	local entry missing=()
	for entry in "${list[@]}"; do
		[[ $entry == /* && -e ${entry%%:*} ]] || type -P "${entry%%:*}" >/dev/null || missing+=("${entry#*:}")
	done
	((${#missing[@]} > 0)) || return 0
	if ((EUID != 0)) || ! type -P apt-get >/dev/null; then
		fail "missing, and apt-get as root is not to be had here: ${missing[*]}"
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
