#!/bin/sh
# The last package goes: what %systemd_preun does.
if [ "$1" -eq 0 ]; then
	systemctl --no-reload disable --now peerfence-doctor.timer peerfence.service >/dev/null 2>&1 || :
	systemctl stop peerfence-doctor.service >/dev/null 2>&1 || :
	/usr/lib/peerfence/place-hook remove || echo 'peerfence: its hook of libvirt could not be removed' >&2
fi
exit 0
