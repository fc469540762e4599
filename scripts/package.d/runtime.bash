# shellcheck shell=bash
# The private Node.js: from the npm registry, as package-lock.json pins it.

# fetch_runtime ARCH FOLDER: unpacks it to FOLDER. npm installs none that does not fit this machine, so both are fetched
# in the same way; npm has a cache of its own.
fetch_runtime() {
	local name pinned archive sum
	name=node-linux-$(node_arch "$1")
	pinned=$(node -p '
		const pin = require("./package-lock.json").packages["node_modules/" + process.argv[1]]
		pin.version + " " + pin.integrity' "$name")
	mkdir -p "$2"
	archive=$2/$(npm pack --silent --pack-destination "$2" "$name@${pinned% *}") || fail "npm has no $name ${pinned% *}"
	sum=$(sha512sum "$archive" | cut -d' ' -f1)
	[[ sha512-$(node -p 'Buffer.from(process.argv[1], "hex").toString("base64")' "$sum") == "${pinned#* }" ]] ||
		fail "$name ${pinned% *} is not what package-lock.json pins"
	tar -xzf "$archive" -C "$2" --strip-components=1 package/bin/node package/LICENSE
	rm "$archive"
}

# strip_runtime ARCH FROM TO: a third of it is symbols.
strip_runtime() {
	"$1-linux-gnu-strip" -s -o "$3" "$2"
	chmod 0755 "$3"
}
