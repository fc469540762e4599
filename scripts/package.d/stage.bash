# shellcheck shell=bash
# The tree that both packages of an architecture hold, as packaging/files lists it.

# stage_tree ARCH FOLDER: makes FOLDER/out (what is made), FOLDER/deb and FOLDER/rpm (the trees).
stage_tree() {
	local arch=$1 folder=$2 made=$2/out kind
	rm -rf "$folder"
	mkdir -p "$made"
	fetch_runtime "$arch" "$folder/runtime"
	strip_runtime "$arch" "$folder/runtime/bin/node" "$made/node"
	cp "$folder/runtime/LICENSE" "$made/runtime-licence"
	node build/packaging/make/main.js "$made" "$SOURCE_DATE_EPOCH" "$maintainer" "$trial"
	node -p 'JSON.stringify({ name: "peerfence", version: process.argv[1], build: process.argv[2] })' \
		"$version" "commit $commit" >"$made/package.json"
	for kind in deb rpm; do
		install_files "$made" "$folder/$kind" "$kind"
	done
}

# list_files KIND: the lines of packaging/files that are for it.
list_files() {
	local mode place source only
	while read -r mode place source only; do
		[[ -z $mode || $mode == '#'* || -n $only && $only != "$1" ]] || printf '%s %s %s\n' "$mode" "$place" "$source"
	done <packaging/files
}

install_files() {
	local made=$1 root=$2 mode place source
	while read -r mode place source; do
		source=${source/#out\//$made/}
		install -d -m 0755 "$root$(dirname "$place")"
		if [[ $mode == link ]]; then
			ln -s "$source" "$root$place"
		elif [[ $source == *.gz ]]; then
			gzip -9n <"${source%.gz}" >"$root$place"
			chmod "$mode" "$root$place"
		else
			install -m "$mode" "$source" "$root$place"
		fi
	done < <(list_files "$3")
}
