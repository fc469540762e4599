# shellcheck shell=bash
# The layer between the machine's root and each host's own: the configuration and the users that all hosts share.
# It is made once per lab, by changing files in an overlay of the machine's root.

make_base() {
	local base=$LAB_DIR/base root=$LAB_DIR/base/root
	mkdir "$base"/{layer,work,root,hidden} || return 1
	hide_from_hosts root home var/{cache,lib,log}/libvirt etc/libvirt/qemu etc/profile.d || return 1
	mount -t overlay overlay -o "lowerdir=$base/hidden:/,upperdir=$base/layer,workdir=$base/work" "$root" || return 1
	rm -f "$root"/etc/ssh/ssh_host_*
	mkdir -p "$root"/root "$root"/home "$root"/var/lib/libvirt/images "$root"/var/{cache,log}/libvirt/qemu
	cp "$root/etc/skel/".[!.]* "$root/root/"
	add_login "$root" root lab-root-password
	add_login "$root" ops lab-ops-password
	add_login "$root" plain lab-plain-password
	printf 'ops ALL=(ALL) NOPASSWD: ALL\n' >"$root/etc/sudoers.d/ops"
	write_sshd_config >"$root/etc/ssh/sshd_config"
	write_qemu_config >"$root/etc/libvirt/qemu.conf"
	printf '%s\n' 'auth_unix_rw = "none"' 'log_outputs = "3:file:/var/log/libvirt/libvirtd.log"' \
		>"$root/etc/libvirt/libvirtd.conf"
	umount "$root"
}

# A character device 0:0 is how an overlay says "not here": cheaper than deleting a big directory through it.
hide_from_hosts() {
	local path
	for path in "$@"; do
		mkdir -p "$(dirname "$LAB_DIR/base/hidden/$path")" && mknod "$LAB_DIR/base/hidden/$path" c 0 0 || return 1
	done
}

add_login() {
	local root=$1 user=$2 hash home=/root
	# shellcheck disable=SC2016 # the dollar signs are perl's and crypt's
	hash=$(perl -e 'print crypt(shift, q($6$lab$))' "$3")
	if [[ $user == root ]]; then
		usermod --root "$root" --password "$hash" --shell /bin/bash root
	else
		home=/home/$user
		useradd --root "$root" --create-home --shell /bin/bash --password "$hash" "$user"
	fi
	mkdir -m 700 "$root$home/.ssh"
	cp "$LAB_DIR/client_key.pub" "$root$home/.ssh/authorized_keys"
	chown -R --reference="$root$home" "$root$home/.ssh"
}

# MaxStartups and MaxSessions keep OpenSSH's defaults: storms have to live with them.
write_sshd_config() {
	cat <<-'EOF'
		Port 22
		HostKey /etc/ssh/ssh_host_ed25519_key
		PermitRootLogin yes
		PubkeyAuthentication yes
		PasswordAuthentication yes
		KbdInteractiveAuthentication no
		UsePAM yes
		UseDNS no
		PrintMotd no
		Subsystem sftp internal-sftp
	EOF
}

write_qemu_config() {
	cat <<-'EOF'
		user = "root"
		group = "root"
		security_driver = "none"
		namespaces = []
		remember_owner = 0
		stdio_handler = "file"
		max_core = 0
	EOF
}
