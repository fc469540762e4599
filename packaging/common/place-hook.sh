#!/bin/sh
# place-hook [remove]: puts the hook where libvirt looks for it, or takes it away. It is a copy and no link, since AppArmor
# lets libvirt run nothing that stands elsewhere, and a hook that cannot be run would keep every VM from starting. It is
# no file of the package: those below /etc outlive a removal. libvirt reads the folder from 6.5 on; before, one script,
# which is put there only where there is none. No daemon is restarted.
set -eu
hooks=/etc/libvirt/hooks
ours=/usr/libexec/peerfence/libvirt-hook

is_ours() { [ -f "$1" ] && [ ! -L "$1" ] && head -n 2 "$1" | grep -q '^# peerfence libvirt hook '; }

# Elsewhere first, so that libvirt never runs a half of it: in the folder it runs whatever may be executed.
place() {
	[ ! -e "$1" ] || is_ours "$1" || return 0
	mkdir -p "${1%/*}"
	install -m 0755 "$ours" "$hooks/.peerfence.new"
	mv "$hooks/.peerfence.new" "$1"
}

is_old() {
	version=$({ libvirtd --version || virtqemud --version; } 2>/dev/null) || return 1
	version=${version##* }
	major=${version%%.*}
	minor=${version#*.}
	minor=${minor%%.*}
	case $major$minor in '' | *[!0-9]*) return 1 ;; esac
	[ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 5 ]; }
}

if [ "${1-}" = remove ]; then
	for file in "$hooks/qemu.d/peerfence" "$hooks/qemu"; do
		! is_ours "$file" || rm -f "$file"
	done
	rmdir "$hooks/qemu.d" 2>/dev/null || true
	# A host without libvirt has these from us alone.
	[ "$(ls -A "${hooks%/*}" 2>/dev/null)" != hooks ] || rmdir "$hooks" "${hooks%/*}" 2>/dev/null || true
	rm -rf /run/peerfence-quarantine /var/lib/peerfence-quarantine
else
	place "$hooks/qemu.d/peerfence"
	! is_old || place "$hooks/qemu"
fi
