# shellcheck shell=bash
# What both demos do: start an agent, ask it, show what it answered.

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
[[ -t 1 && -z ${NO_COLOR-} ]] || say() { printf '\n== %s\n' "$*"; }

work=$(mktemp -d)
agent_pid='' agent_url=''
end_demo() {
	[[ -z $agent_pid ]] || kill "$agent_pid" 2>/dev/null || true
	[[ -z $agent_pid ]] || wait "$agent_pid" || true
	rm -rf "$work"
}
trap end_demo EXIT

# start_agent CONFIG: waits for the line that says where it listens.
start_agent() {
	printf '%s\n' "$1" >"$work/peerfence.json"
	node build/agent/main.js serve --config "$work/peerfence.json" >"$work/agent.log" 2>&1 &
	agent_pid=$!
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		agent_url=$(jq -rR 'fromjson? | select(.msg == "agent is ready") | .addresses[0]' "$work/agent.log" 2>/dev/null || true)
		[[ -z $agent_url ]] || return 0
		sleep 0.05
	done
	cat "$work/agent.log"
	return 1
}

# fence COMMAND [FILTER]: shows the request and the answer, or the part of it that the filter picks.
fence() {
	echo "curl -s $agent_url/ha/fence/vm/from/peer -d '$1'"
	curl -s -m 30 -H 'content-type: application/json' -d "$1" "$agent_url/ha/fence/vm/from/peer" | jq "${2-.}"
}
