#!/bin/sh
# peerfence libvirt hook 1: a VM that was fenced on this host does not start here for a while.
#
# libvirt runs it as /etc/libvirt/hooks/qemu.d/peerfence (before 6.5: /etc/libvirt/hooks/qemu) with the VM's XML on stdin,
# before it starts, restores, reverts or receives a VM, and does not if this ends with 1. Everything else passes, and so does
# every VM where anything about this is broken: a quarantine that is lost is told by whoever relies on it, a host whose VMs
# do not start by nobody. It starts no program, and reads the XML and memory alone.
case ${2-} in
prepare | start | restore | migrate) ;;
*) exit 0 ;;
esac

# Times are seconds since the boot: no step of a clock ends a quarantine, or makes it last.
uuid='' boot='' now=''
read -r boot </proc/sys/kernel/random/boot_id
read -r now rest </proc/uptime
now=${now%%.*}
case $now in '' | 0?* | *[!0-9]* | ??????????*) exit 0 ;; esac

# The first one is the VM's own: only its name stands before it, in which there is no such mark.
while read -r line || [ -n "$line" ]; do
	case $line in
	*'<uuid>'*'</uuid>'*)
		uuid=${line#*'<uuid>'}
		uuid=${uuid%%'</uuid>'*}
		break
		;;
	esac
done
[ -n "$uuid" ] || exit 0
[ -n "$boot" ] || exit 0

# A file for each run of the program that fences: UUID BOOT END and a dot. The last line of a VM counts; one that was
# not written to its end is none.
for file in /run/peerfence-quarantine/*.entries; do
	[ -f "$file" ] || continue
	[ -r "$file" ] || continue
	end=0
	while read -r vm of until mark; do
		[ "$vm $of $mark" != "$uuid $boot ." ] || end=$until
	done <"$file"
	case $end in '' | 0* | *[!0-9]* | ??????????*) continue ;; esac
	left=$((end - now))
	# Nobody of ours sets one for longer than that.
	[ "$left" -gt 0 ] || continue
	[ "$left" -le 7200 ] || continue
	echo "peerfence: $uuid was fenced on this host and is in quarantine for $left s more, since it may run on" \
		"another host by now. Once it is certain that it does not, 'peerfence unfence $uuid HOST' on the peer lets it start;" \
		"so does 'rm $file' here, with what was fenced with it." >&2
	exit 1
done
exit 0
