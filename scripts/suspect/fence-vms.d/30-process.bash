# Reading /proc by builtins.
# shellcheck shell=bash
# The files that match a pattern, in `matches`. Globbing is on only here.
matches=()
list_matches() {
	set +f
	# shellcheck disable=SC2206 # expanding the pattern is the point; it holds no blanks
	matches=($1)
	set -f
}

# Whether a directory of /proc is still there, asked of the one above it: a look at the thing itself
# may be denied, and would then seem to say that it is gone.
is_listed() {
	list_matches "${1%?}[${1: -1}]"
	((${#matches[@]} > 0))
}

# The fields of a stat file, in st_*. Fails when it cannot be read or is not one.
st_comm='' st_state='' st_flags=0 st_threads=0 st_start=0
read_stat() {
	local _ a b c d e f g h i j k l m n o
	read -r _ st_comm st_state a b c d e st_flags f g h i j k l m n o st_threads _ st_start _ <"$1" || return 1
	# A name of one word, and nothing but numbers behind it: no blank and no parenthesis of the name has
	# moved the fields.
	if [[ $st_comm == '('*')' && $st_state == [A-Za-z] &&
		-n $st_start && $a$b$c$d$e$st_flags$f$g$h$i$j$k$l$m$n$o$st_threads$st_start != *[!0-9-]* ]]; then
		st_comm=${st_comm#(}
		st_comm=${st_comm%)}
		return
	fi
	read_odd_stat "$1"
}

# Of a process with any name.
read_odd_stat() {
	local rest=() text=''
	# Its end comes before the delimiter.
	IFS= read -r -d '' text <"$1"
	[[ $text == *'('*') '* ]] || return 1
	st_comm=${text#*(}
	st_comm=${st_comm%)*}
	# The name may hold any character, a closing parenthesis too; what follows the last one cannot.
	# shellcheck disable=SC2206 # splitting is the point, and globbing is off
	rest=(${text##*) })
	[[ ${#rest[@]} -ge 20 && ${rest[6]}${rest[17]}${rest[19]} =~ ^[0-9]+$ ]] || return 1
	st_state=${rest[0]} st_flags=${rest[6]} st_threads=${rest[17]} st_start=${rest[19]}
}

# The arguments of a process or task, in `argv`. Fails when the file cannot be opened. An old bash reads them one
# by one, which takes ten times as long.
argv=()
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then
	read_argv() {
		argv=()
		mapfile -t -d '' argv <"$1" # in bash 4.4 alone
	}
else
	read_argv() {
		local argument=''
		argv=()
		while IFS= read -r -d '' argument; do argv+=("$argument"); done <"$1" || return 1
		[[ -z $argument ]] || argv+=("$argument")
	}
fi

# Whether a thread group lives, in group_end. While its leader does it does, and nothing else is read.
judge_quickly() {
	if read_stat "$PROC/$1/stat" && [[ $st_start == "$2" && $st_state != [ZXx] ]]; then
		group_end=living
	else
		judge_group "$1" "$2"
	fi
}

# How a thread group is now, in group_end (gone, zombie, living) and group_tasks (the living ones).
group_end='' group_tasks=()
judge_group() {
	local pid=$1 start=$2 dirs dir tid wchan threads zombies=0
	group_tasks=()
	if ! read_stat "$PROC/$pid/stat"; then
		group_end=gone
		# Still there, and not readable: not gone.
		if is_listed "$PROC/$pid"; then
			group_end=living group_tasks=("$pid ? - -")
		fi
		return
	fi
	if [[ $st_start != "$start" ]]; then
		group_end=gone
		return
	fi
	threads=$st_threads
	list_matches "$PROC/$pid/task/[0-9]*"
	dirs=("${matches[@]}")
	for dir in "${dirs[@]}"; do
		tid=${dir##*/}
		if ! read_stat "$dir/stat"; then
			if is_listed "$dir"; then group_tasks+=("$tid ? - -"); fi
			continue
		fi
		if [[ $st_state == [ZXx] ]]; then
			zombies=$((zombies + 1))
			continue
		fi
		wchan=''
		IFS= read -r -d '' wchan <"$dir/wchan"
		make_word "$wchan"
		wchan=$word
		make_word "$st_comm"
		group_tasks+=("$tid $st_state $wchan $word")
	done
	if ((${#group_tasks[@]} > 0)); then
		group_end=living
	elif ((zombies > 0 && zombies >= threads)); then
		# As many as the kernel counts: a tracer keeps the zombies of threads that would vanish without it.
		group_end=zombie
	elif is_listed "$PROC/$pid"; then
		# No task list, or one that ended early because a task died under it: the kernel counts more.
		group_end=living group_tasks=("$pid ? - -")
	else
		group_end=gone
	fi
}
