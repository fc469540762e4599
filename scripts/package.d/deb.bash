# shellcheck shell=bash
# The Debian package of a staged tree.

# build_deb ARCH FOLDER FILE
build_deb() {
	local root=$2/deb name
	mkdir "$root/DEBIAN"
	(cd "$root" && find . -type f -not -path './DEBIAN/*' -printf '%P\n' | sort | xargs md5sum) >"$root/DEBIAN/md5sums"
	list_files deb | awk '$2 ~ "^/etc/" { print $2 }' >"$root/DEBIAN/conffiles"
	for name in postinst prerm postrm; do
		install -m 0755 "packaging/debian/$name" "$root/DEBIAN/$name"
	done
	sed -e "s/@VERSION@/$version-1/" -e "s/@ARCHITECTURE@/$(deb_arch "$1")/" -e "s/@MAINTAINER@/$maintainer/" \
		-e "s/@SIZE@/$(count_size "$root")/" packaging/debian/control >"$root/DEBIAN/control"
	# It takes no time for later than SOURCE_DATE_EPOCH. xz by name: Ubuntu's would take zstd, which Debian 11 cannot read.
	dpkg-deb --root-owner-group -Zxz -z"$level" --build "$root" "$3" >/dev/null
}

# In KiB, each file rounded up, whatever the file system here makes of it.
count_size() {
	find "$1" -type f -not -path '*/DEBIAN/*' -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }'
}
