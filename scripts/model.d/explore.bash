# One instance of the model: made, searched, and its trace replayed. Sourced by scripts/model.

# Flags that several instances share.
declare -A shared_flags=(
	[QUARANTINED]='-DEND=4 -DBUDGET=1 -DPROOF=1 -DAGE=1 -DKEEP=1 -DASKS=1 -DEPOCHS=1 -DSENDS=1'
	[FORGETFUL]='-DFORGETFUL -DRESTART=1 -DEND=4 -DBUDGET=1 -DPROOF=1 -DASKS=1 -DSENDS=1'
	[OUTAGE]='-DTRUST=1 -DEND=4 -DGLITCH=1 -DASKS=1 -DEPOCHS=1 -DSENDS=1'
)

# search MODEL EXPECTED DEPTH FLAG...: makes the checker and runs it. The shortest trace is wanted of what
# must fail, so that goes breadth first; what must hold goes depth first, which takes less. Most of the
# time goes into compiling, so nothing is optimised.
search() {
	local model=$1 expected=$2 depth=$3 how=(-DSAFETY)
	local run=(-w18 "-m$depth")
	shift 3
	[[ $expected == holds ]] || how+=(-DBFS)
	# A cycle without an answer, where every process that can go on does so.
	[[ $model != answer ]] || { how=(-DNFAIR=3) && run+=(-a -f); }
	spin -a "$@" "$model.pml" && gcc -w -O0 "${how[@]}" -DMEMLIM=3000 -o pan pan.c && timeout 120 ./pan "${run[@]}"
}

# replay MODEL FLAG...: the trace once more, by the simulator, as who did what.
replay() {
	local model=$1 line
	shift
	spin -t -T "$@" "$model.pml" >replay 2>&1 || true
	while IFS= read -r line; do
		case $line in
		'spin: trail ends'*) break ;;
		'ltl '* | 'Never claim'* | 'spin: '*) ;;
		*'START OF CYCLE'*) printf '%s\n' 'and so on for ever' '!! no_answer' ;;
		*) echo "$line" ;;
		esac
	done <replay >trace
}

# result SEARCHED MODEL: `holds`, the property that does not hold, or why it is no result.
result() {
	local searched=$1 model=$2 steps
	if [[ $searched == *'max search depth too small'* || $searched == *'Bit statespace'* ]]; then
		echo incomplete
	elif [[ $searched =~ State-vector[^$'\n']*'errors: 0' ]]; then
		case $searched in
		*'Search not completed'*) echo incomplete ;;
		# Where HA never proceeds, everything holds: that step is among those that were not reached.
		*'"printf('*proceeds*) echo vacuous ;;
		*) echo holds ;;
		esac
	elif [[ -e $model.pml.trail ]]; then
		# The property that the replay ends with; anything else that is wrong has no name.
		mapfile -t steps <trace
		if ((${#steps[@]} > 0)) && [[ ${steps[-1]} == '!! '* ]]; then
			echo "${steps[-1]#!! }"
		else
			echo another-error
		fi
	else
		echo no-search
	fi
}

# explore FOLDER KIND NAME MODEL EXPECTED DEPTH FLAGS CLAIM: leaves its line, its trace, and `passed`.
explore() {
	local folder=$1 kind=$2 name=$3 model=$4 expected=$5 depth=$6 flags=() claim=$8 began=$EPOCHREALTIME
	local searched found flag states=0 ms
	for flag in $7; do
		# shellcheck disable=SC2206 # several flags in one word
		flags+=(${shared_flags[$flag]-$flag})
	done
	cp ./*.pml "$folder"
	cd "$folder" || return
	searched=$(search "$model" "$expected" "$depth" "${flags[@]}" 2>&1) || true
	[[ ! -e $model.pml.trail ]] || replay "$model" "${flags[@]}"
	found=$(result "$searched" "$model")
	[[ ! $searched =~ ([0-9.e+]+)' states, stored' ]] || states=${BASH_REMATCH[1]}
	ms=$(((${EPOCHREALTIME/[.,]/} - ${began/[.,]/}) / 1000))
	[[ $found != "$expected" ]] || : >passed
	[[ $found != no-search ]] || echo "$searched" >trace
	printf '%-15s %-26s %-22s %-22s %9s %4d.%03d  %s\n' "$kind" "$name" "$expected" "$found" "$states" \
		"$((ms / 1000))" "$((ms % 1000))" "$claim" >line
}
