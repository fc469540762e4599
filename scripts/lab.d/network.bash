# shellcheck shell=bash
# The lab's network: one bridge that is also the peer's address, one veth pair per host.

# Its address is its own: one that it takes from its ports changes with them, and its neighbours are forgotten then.
make_bridge() {
	ip -batch - <<-EOF
		link set lo up
		link add lab0 address 02:00:0a:4d:00:01 type bridge stp_state 0 forward_delay 0
		link set lab0 up
		addr add 10.77.0.1/24 dev lab0
		addr add fd77::1/64 dev lab0 nodad
	EOF
}

# connect_host PORT NUMBER: gives the selected host its interface eth0.
connect_host() {
	ip -batch - <<-EOF || return 1
		link add $1 type veth peer name eth0 netns $host_init
		link set $1 master lab0 up
	EOF
	nsenter --target "$host_init" --net ip -batch - <<-EOF
		link set lo up
		link set eth0 up
		addr add 10.77.0.$2/24 dev eth0
		addr add fd77::$2/64 dev eth0 nodad
		route add default via 10.77.0.1
		route add default via fd77::1
	EOF
}
