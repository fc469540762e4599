#!/bin/sh
# Makes what every host needs of its own: a key pair with which the agent logs in to suspects, a token for local
# callers, and a page with the steps that are left. What is there already stays. The packages run it once, as root, at
# their first installation; it can be run again by hand. The argument is the folder (/etc/peerfence).
set -eu
folder=${1:-/etc/peerfence}
user=peerfence
umask 077

# put FILE NAME. What is put there is noted first, as sha256sum has it: a purge takes away what is still as it is noted
# here, so that whatever an operator put there, before or later, is his. Files that are not ready yet have names that
# nobody else uses.
put() {
	sum=$(sha256sum <"$1")
	printf '%s  %s\n' "${sum%% *}" "$2" >>"$folder/.made"
	mv "$1" "$folder/$2"
}

# Nobody but the agent may read the key: members of its group may ask for fences, but must not be the agent.
make_key() {
	new=$folder/.ssh_key.new
	rm -f "$new" "$new.pub"
	# A host in FIPS mode has no ed25519.
	ssh-keygen -q -t ed25519 -N '' -C "peerfence@$(uname -n)" -f "$new" 2>/dev/null ||
		ssh-keygen -q -t ecdsa -b 256 -N '' -C "peerfence@$(uname -n)" -f "$new"
	chown "$user:$user" "$new"
	chmod 0644 "$new.pub"
	put "$new.pub" ssh_key.pub
	put "$new" ssh_key
}

# The token itself is for the group; the agent keeps its hash alone.
make_token() {
	token=$(head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n')
	hash=$(printf %s "$token" | sha256sum)
	printf '%s\n' "$token" >"$folder/.client-token.new"
	printf 'local %s\n' "${hash%% *}" >"$folder/.tokens.new"
	chgrp "$user" "$folder/.client-token.new" "$folder/.tokens.new"
	chmod 0640 "$folder/.client-token.new" "$folder/.tokens.new"
	put "$folder/.client-token.new" client-token
	# Last: what makes the token good says that all of this is done.
	put "$folder/.tokens.new" tokens
}

tell_next_steps() {
	key=$(cat "$folder/ssh_key.pub")
	cat <<-EOF
		peerfence is installed, and answers local callers. Three steps are left on this host, $(uname -n):

		1. Let it log in to the hosts that it may have to fence. Where this package is installed on them, too, with a key that
		   can fence and do nothing else. On each of those, as root (from="ADDRESS" in front, with the address of this host,
		   lets the key in from here alone: from="10.1.0.2",restrict,...):

		     mkdir -p -m 0700 /root/.ssh && echo 'restrict,command="/usr/libexec/peerfence/fence-vms" $key' >>/root/.ssh/authorized_keys

		   and say here which hosts those are, in a file of its own beside the configuration:

		     install -d -m 0750 -g $user $folder/peerfence.d
		     echo '{ "ssh": { "logins": [{ "hosts": ["10.1.0.0/16"], "program": "installed",
		       "identityFiles": ["$folder/ssh_key"] }] } }' >$folder/peerfence.d/logins.json

		   Or, where nothing is to be installed on them, with a root shell for this key and without that file:

		     mkdir -p -m 0700 /root/.ssh && echo '$key' >>/root/.ssh/authorized_keys

		2. Pin their host keys, once for each: peerfence trust HOST (many at once, out of a known_hosts file that you
		   trust: peerfence trust --import FILE). A host that is met for the first time in a fence is not confirmed: with a
		   host uuid that it does not show it is refused, and nothing on it is touched.

		3. Restart it and try it: peerfence config check && systemctl restart peerfence && peerfence doctor --drill HOST
		   Then list these hosts in doctor.peers: peerfence doctor alone tries all of them.

		After a change of the configuration: peerfence config check && systemctl restart peerfence
		Who may ask: members of the group $user at /run/peerfence/peerfence.sock, and whoever has the token of
		$folder/client-token at 127.0.0.1:7171. This page is $folder/next-steps.txt; man 8 peerfence has the rest.
	EOF
}

[ -e "$folder/ssh_key" ] || make_key
[ -e "$folder/tokens" ] || make_token
if [ -e "$folder/ssh_key.pub" ]; then
	tell_next_steps >"$folder/.next-steps.new"
	chmod 0644 "$folder/.next-steps.new"
	mv "$folder/.next-steps.new" "$folder/next-steps.txt"
fi
