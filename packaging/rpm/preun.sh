#!/bin/sh
# The last package goes: what %systemd_preun does.
[ "$1" -ne 0 ] || systemctl --no-reload disable --now peerfence.service >/dev/null 2>&1 || :
exit 0
