# shellcheck shell=bash
# Runs as the first process of a host, in its fresh namespaces: makes its root and then only collects dead orphans, or
# becomes the systemd of a tree.

boot_host() {
	[[ $$ == 1 ]] || fail "_boot is for lab host up only"
	local dir=$1 tree=${3-} pid
	read -r pid _ </proc/self/stat && printf '%s\n' "$pid" >"$dir/self"
	hostname "$2"
	make_host_root "$dir" "$2" "${tree:-$LAB_DIR/base/layer:$LAB_DIR/base/hidden:/}" || exit 1
	cd "$dir/root" && pivot_root . .old || exit 1
	[[ -z $tree ]] || exec chroot . /bin/bash -c 'cd / && umount -l /.old && rmdir /.old && >/run/booted
		exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd' </dev/null
	exec chroot . /bin/bash -c 'cd / && umount -l /.old && rmdir /.old && mount -o remount,rw / && >/run/booted
		exec >/dev/null 2>&1
		while :; do sleep infinity & wait $!; done' init </dev/null
}

make_host_root() {
	local dir=$1 root=$1/root device
	mkdir "$dir"/{layer,work,root} || return 1
	mount -t overlay overlay -o "lowerdir=$3,upperdir=$dir/layer,workdir=$dir/work" "$root" || return 1
	mkdir "$root/.old"
	printf '%s' "$2" | md5sum | cut -c 1-32 >"$root/etc/machine-id"
	printf '%s\n' "$2" >"$root/etc/hostname"
	printf '127.0.0.1 localhost %s\n::1 localhost\n10.77.0.1 peer\n' "$2" >"$root/etc/hosts"
	[[ -e $root/etc/ssh/ssh_host_ed25519_key ]] ||
		ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$root/etc/ssh/ssh_host_ed25519_key"
	mount -t proc proc "$root/proc"
	mount -t sysfs -o ro sysfs "$root/sys"
	hide_loops "$root" || return 1
	[[ -e $dir/cgroup ]] && mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
	mount -t tmpfs -o mode=755 run "$root/run"
	mount -t tmpfs -o mode=1777 tmp "$root/tmp"
	mount -t tmpfs -o mode=755 dev "$root/dev"
	mkdir -m 755 "$root"/dev/{pts,shm,mapper} "$root"/run/{sshd,libvirt,lock}
	mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
	for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
		mknod -m 666 "$root/dev/${device%%:*}" c "$(cut -d: -f2 <<<"$device")" "${device##*:}"
	done
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	ln -s /proc/self/fd/0 "$root/dev/stdin"
	ln -s /proc/self/fd/1 "$root/dev/stdout"
	ln -s /proc/self/fd/2 "$root/dev/stderr"
}
