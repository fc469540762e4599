#!/bin/sh
# Before the files are there, since one of them belongs to the group.
getent group peerfence >/dev/null || groupadd -r peerfence
getent passwd peerfence >/dev/null ||
	useradd -r -g peerfence -d /var/lib/peerfence -s /sbin/nologin -c 'peerfence fencing agent' peerfence
exit 0
