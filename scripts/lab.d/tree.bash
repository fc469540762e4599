# shellcheck shell=bash
# Trees: roots of a Debian of their own, with systemd, to boot a host from where the machine's root will not do.

tree_packages=systemd,systemd-sysv,openssh-client,iproute2,iputils-ping,libstdc++6,rpm

# make_tree DIR [CODENAME]: the machine's own release, or another one, from the machine's own mirror. What was made of the
# same list is left as it is.
make_tree() {
	local dir=${1-} mirror codename=${2-} own made
	[[ -n $dir ]] || fail_usage "tree: no directory"
	# shellcheck source=/dev/null
	own=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
	made="${codename:=$own} $tree_packages"
	[[ -e $dir/lab-tree && $(<"$dir/lab-tree") == "$made" ]] && return
	[[ $EUID == 0 ]] || fail "a tree needs root"
	# shellcheck disable=SC2016 # the dollar is apt's
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $own" 'Component: main')
	[[ -n $mirror ]] || fail "apt knows no mirror of $own"
	type -P debootstrap >/dev/null || install_packages debootstrap >/dev/null 2>&1 || { apt-get update -qq && install_packages debootstrap >/dev/null; }
	rm -rf "$dir"
	mkdir -p "$dir" || return 1
	debootstrap --variant=minbase --include="$tree_packages" "$codename" "$dir" "${mirror%%$'\n'*}" >"$dir.log" 2>&1 || {
		tail -n 20 "$dir.log" >&2
		fail "debootstrap failed: $dir.log"
	}
	rm -rf "$dir"/var/cache/apt/archives/*.deb "$dir.log"
	printf '%s\n' "$made" >"$dir/lab-tree"
}
