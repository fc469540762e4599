#!/bin/bash
# Sets anew, before libvirt starts, what a boot has ended: the quarantines of VMs that were fenced on this host a moment
# before. The program that fences wrote them down by wall clock: UUID SECONDS UNTIL and a dot. Whatever is wrong with a line,
# it is none; no clock makes one last longer than it was meant to.
set -u
kept=/var/lib/peerfence-quarantine
place=/run/peerfence-quarantine
shopt -s nullglob

read -r boot </proc/sys/kernel/random/boot_id || exit 0
read -r up _ </proc/uptime || exit 0
up=${up%%.*}
printf -v now '%(%s)T' -1
for file in "$kept"/*.entries; do
	declare -A left=()
	while read -r vm seconds until mark; do
		[[ $mark == . && $vm =~ ^[0-9a-f-]{36}$ && $seconds =~ ^(0|[1-9][0-9]{0,3})$ && $until =~ ^(0|[1-9][0-9]{0,10})$ ]] || continue
		left[$vm]=$((until - now < seconds ? until - now : seconds))
	done <"$file"
	held=0
	for vm in "${!left[@]}"; do
		((left[$vm] > 0)) || continue
		held=1
		printf '%s %s %s .\n' "$vm" "$boot" "$((up + left[$vm] + 1))" >>"$place/${file##*/}"
	done
	((held)) || rm -f "$file"
	unset left
done
exit 0
