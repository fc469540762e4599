#!/bin/sh
systemd-tmpfiles --create /usr/lib/tmpfiles.d/peerfence.conf || :
/usr/lib/peerfence/place-hook || echo 'peerfence: /usr/lib/peerfence/place-hook failed' >&2
if [ "$1" -eq 1 ]; then
	/usr/lib/peerfence/first-install || echo 'peerfence: /usr/lib/peerfence/first-install failed' >&2
	# What %systemd_post does; and the agent starts, unless the presets of this host say that it should not.
	systemctl --no-reload preset peerfence.service >/dev/null 2>&1 || :
	if [ -d /run/systemd/system ]; then
		systemctl daemon-reload >/dev/null 2>&1 || :
		! systemctl is-enabled --quiet peerfence.service || systemctl start peerfence.service ||
			echo 'peerfence does not run; "journalctl -u peerfence" tells why' >&2
	fi
	cat /etc/peerfence/next-steps.txt || :
fi
exit 0
