#!/bin/sh
# After an upgrade: what %systemd_postun_with_restart does. The old agent answers what is in flight and ends, and the new
# one starts.
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload >/dev/null 2>&1 || :
	[ "$1" -eq 0 ] || systemctl try-restart peerfence.service >/dev/null 2>&1 || :
fi
exit 0
