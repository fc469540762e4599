# shellcheck shell=bash
# The RPM package of a staged tree.

# build_rpm ARCH FOLDER FILE
build_rpm() {
	local folder=$2 top=$2/rpmbuild
	mkdir "$top"
	list_rpm_files >"$folder/files.rpm"
	fill_spec "$folder" >"$folder/peerfence.spec"
	rpmbuild --quiet -bb --target "$1" --define "_topdir $top" --define "_tmppath $top" \
		--define "_rpmfilename package.rpm" "$folder/peerfence.spec" 2>"$folder/rpmbuild.log" || {
		cat "$folder/rpmbuild.log" >&2
		return 1
	}
	mv "$top/RPMS/package.rpm" "$3"
	rm -rf "$top"
}

# What is not configuration, and the folders that are ours.
list_rpm_files() {
	local mode place
	list_files rpm | while read -r mode place _; do
		case $place in
		/etc/*) continue ;;
		*/licences) printf '%%license ' ;;
		/usr/share/doc/*) printf '%%doc ' ;;
		esac
		[[ $mode == link ]] || printf '%%attr(%s, root, root) ' "$mode"
		printf '%s\n' "$place"
	done
	list_files rpm | awk '$2 ~ "^/usr/lib/peerfence/|^/usr/libexec/peerfence/|^/usr/share/doc/peerfence/" { print $2 }' |
		while read -r place; do
			while [[ $place != */peerfence ]]; do
				place=$(dirname "$place")
				printf '%%dir %%attr(0755, root, root) %s\n' "$place"
			done
		done | sort -u
}

fill_spec() {
	local line name
	while IFS= read -r line; do
		case $line in
		@CHANGELOG@) cat "$1/out/changelog.rpm" ;;
		@PRE@ | @POST@ | @PREUN@ | @POSTUN@)
			name=${line//@/}
			# The shell's %% are macros to rpm.
			sed -e 1d -e 's/%/%%/g' "packaging/rpm/${name,,}.sh"
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done <packaging/rpm/peerfence.spec |
		sed -e "s/@VERSION@/$version/" -e "s/@MAINTAINER@/$maintainer/" -e "s/@LEVEL@/$level/" \
			-e "s/@LICENCES@/$(<"$1/out/licence-names")/" -e "s|@STAGE@|$1/rpm|" -e "s|@FILES@|$1/files.rpm|"
}
