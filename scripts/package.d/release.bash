# shellcheck shell=bash
# Which release this is: its version, commit, time, and the names of architectures.

# Sets version, trial, commit, maintainer and SOURCE_DATE_EPOCH.
read_release() {
	trial=$1
	version=${trial:-$(package_json version)}
	maintainer=$(package_json author)
	commit=$(git describe --always --dirty --abbrev=12 --exclude='*') || fail 'the commit is not known: this is no checkout'
	: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
	export SOURCE_DATE_EPOCH
}

package_json() { node -p 'require("./package.json")[process.argv[1]]' "$1"; }

deb_arch() { case $1 in x86_64) echo amd64 ;; aarch64) echo arm64 ;; esac }
node_arch() { case $1 in x86_64) echo x64 ;; aarch64) echo arm64 ;; esac }

# Everything that the bytes of a package depend on, but for the tools of the distribution.
hash_input() {
	local files
	mapfile -t files < <(find packaging scripts/package scripts/package.d scripts/suspect/README.md \
		scripts/suspect/fence-vms.d/README.md agent/contract/README.md \
		build/agent build/packaging build/scripts package.json package-lock.json CHANGELOG.md LICENSE -type f | sort)
	{ printf '%s\n' "$1" "$version" "$commit" "$SOURCE_DATE_EPOCH" "$level" && sha256sum "${files[@]}"; } |
		sha256sum | cut -d' ' -f1
}
