# shellcheck shell=bash
# Logins that get in the way of a command run by ssh, and programs that are not there.

hide_program() {
	enter_host mkdir -p /usr/lib/lab-hidden
	enter_host mv "/usr/bin/$1" "/usr/lib/lab-hidden/$1"
}

unhide_program() {
	enter_host mv "/usr/lib/lab-hidden/$1" "/usr/bin/$1"
}

# Debian's bash reads .bashrc for a command that ssh runs, before its own check for an interactive shell.
make_login_noisy() {
	local home file
	home=$(find_home "$1") || exit
	for file in "$home/.bashrc" "$home/.profile"; do
		[[ -e $file.quiet ]] || mv "$file" "$file.quiet"
		{
			# shellcheck disable=SC2016 # the login's shell expands it
			printf 'echo "Welcome to $(hostname). Last backup: ok"\n'
			printf 'echo "%s: warning: quota file is missing" >&2\n' "${file##*/}"
			printf 'printf "no newline on stderr" >&2\n'
			printf 'printf "no newline at the end"\n'
			cat "$file.quiet"
		} >"$file"
		chown --reference="$file.quiet" "$file"
	done
}

make_login_quiet() {
	local home file
	home=$(find_home "$1") || exit
	for file in "$home/.bashrc" "$home/.profile"; do mv "$file.quiet" "$file"; done
}

find_home() {
	local home
	home=$(enter_host getent passwd "$1" | cut -d: -f6)
	[[ -n $home ]] || fail "no user $1 on this host"
	printf '%s\n' "/proc/$host_init/root$home"
}
