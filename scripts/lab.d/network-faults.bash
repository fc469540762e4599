# shellcheck shell=bash
# Packet filters on a host. They add up until net-ok; what the host says to itself always passes.

add_filter() {
	{
		cat <<-'EOF'
			add table inet lab
			add chain inet lab in { type filter hook input priority 0; }
			add chain inet lab out { type filter hook output priority 0; }
			insert rule inet lab in iif lo accept
			insert rule inet lab out oif lo accept
		EOF
		cat
	} | nsenter --target "$host_init" --net nft -f -
}

# Silence: no answer of any kind, to ARP neither.
filter_drop() {
	filter_drop_ip
	nsenter --target "$host_init" --net nft -f - <<-'EOF'
		add table arp lab
		add chain arp lab in { type filter hook input priority 0; policy drop; }
		add chain arp lab out { type filter hook output priority 0; policy drop; }
	EOF
}

# No IP (nor IPv6 neighbour discovery); ARP still answers.
filter_drop_ip() {
	add_filter <<<$'add rule inet lab in drop\nadd rule inet lab out drop'
}

filter_drop_ssh() {
	add_filter <<<'add rule inet lab in tcp dport 22 drop'
}

filter_reject_rst() {
	add_filter <<<'add rule inet lab in meta l4proto tcp reject with tcp reset'
}

# What a firewall of a live host answers: the peer's connect() fails with EHOSTUNREACH.
filter_reject_prohibited() {
	add_filter <<-'EOF'
		add rule inet lab in meta nfproto ipv4 meta l4proto tcp reject with icmp type host-prohibited
		add rule inet lab in meta nfproto ipv6 meta l4proto tcp reject with icmpv6 type admin-prohibited
	EOF
}

filter_no_icmp() {
	add_filter <<<$'add rule inet lab in icmp type echo-request drop\nadd rule inet lab in icmpv6 type echo-request drop'
}

# filter_loss N: counted, not diced, so that it can be repeated.
filter_loss() {
	[[ $1 =~ ^[1-9][0-9]*$ ]] || fail_usage "loss takes a number: $1"
	add_filter <<-EOF
		add rule inet lab in numgen inc mod $1 == 0 drop
		add rule inet lab out numgen inc mod $1 == 0 drop
	EOF
}

clear_filter() {
	nsenter --target "$host_init" --net nft flush ruleset
}

# The lab's end of the cable: the host's end loses its carrier.
set_link() {
	ip link set "$(<"$host_dir/port")" "$1"
}
