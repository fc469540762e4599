# Report lines, and time without a fork.
# shellcheck shell=bash

# Lines are kept until they are told, many in one write: after a small packet the next waits for its ACK.
lines_said=0 untold=''
say() {
	lines_said=$((lines_said + 1))
	untold+="PF1 $nonce $lines_said $*"$'\n'
	((${#untold} < TOLD_AT_ONCE)) || tell
}

tell() {
	printf '%s' "$untold" || exit 4
	untold=''
}

# A foreign text as one harmless word, in `word`.
word=''
make_word() {
	word=${1:0:48}
	word=${word//[^A-Za-z0-9._\/:+-]/_}
	[[ -n $word ]] || word=-
}

# Monotonic, by builtins, in steps of CLOCK_STEP_MS. A clock that cannot be read has run out.
clock_ms=0 deadline_ms=0
read_clock() {
	local up=''
	read -r up _ <"$PROC/uptime"
	if [[ $up =~ ^[0-9]+\.[0-9][0-9]$ ]]; then
		clock_ms=$((10#${up/./} * 10))
	else
		clock_ms=$((deadline_ms + 1))
	fi
}

# Every VM has its own, from when the peer was told that it may say how much time is left; the last of them
# is the program's.
declare -A vm_deadline_ms=()
ready_ms=0
set_deadlines() {
	local vm
	for vm in "${vms[@]}"; do
		vm_deadline_ms[$vm]=$((ready_ms + vm_budget_ms[$vm]))
		((vm_deadline_ms[$vm] <= deadline_ms)) || deadline_ms=${vm_deadline_ms[$vm]}
	done
}

# Waits without a fork by reading stdin, which says nothing while the peer is there. Its end and a word
# of it end the program: without a wait it would only spin until its deadline. `napped_ms` is time that
# has passed for certain, without the steps of the clock.
napped_ms=0
nap() {
	local seconds line=''
	printf -v seconds '%d.%03d' "$(($1 / 1000))" "$(($1 % 1000))"
	read -r -n 1 -t "$seconds" line
	(($? > 128)) && napped_ms=$((napped_ms + $1)) && return
	exit_peer_gone
}

# The peer has gone away, or goes on talking.
exit_peer_gone() {
	take_back_all
	stop_beside
	exit 4
}
