# Report lines, and time without a fork.
# shellcheck shell=bash
lines_said=0
say() {
	lines_said=$((lines_said + 1))
	printf 'PF1 %s %d %s\n' "$nonce" "$lines_said" "$*" || exit 4
}

# A foreign text as one harmless word, in `word`.
word=''
make_word() {
	word=${1:0:48}
	word=${word//[^A-Za-z0-9._\/:+-]/_}
	[[ -n $word ]] || word=-
}

# Monotonic, by builtins, in steps of 10 ms. A clock that cannot be read has run out.
clock_ms=0 deadline_ms=0
read_clock() {
	local up=''
	read -r up _ </proc/uptime
	if [[ $up =~ ^[0-9]+\.[0-9][0-9]$ ]]; then
		clock_ms=$((10#${up/./} * 10))
	else
		clock_ms=$((deadline_ms + 1))
	fi
}

# Waits without a fork by reading stdin, which says nothing while the peer is there. Its end and a word
# of it end the program: without a wait it would only spin until its deadline.
nap() {
	local seconds line=''
	printf -v seconds '0.%03d' "$1"
	read -r -n 1 -t "$seconds" line
	(($? > 128)) && return 0
	stop_beside
	exit 4
}
