# Surroundings that an environment cannot change, and every limit of the program.
# shellcheck shell=bash
# The verbs of an observer are called by their names.
# shellcheck disable=SC2317
set -f +o posix
# An older bash takes an empty list for a variable that is not set.
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)) || set -u
shopt -s nullglob
# Nothing of the environment is left, whoever made it (start-up files, PAM, AcceptEnv, sudo's env_keep): neither
# this program nor a tool that it starts, above all no virsh, is told by it where to act and how. What a variable is
# called does not matter, so none is listed; some have no effect on a shell that reads no more of them.
while IFS= read -r -d '' given; do unset -v "${given%%=*}"; done 2>/dev/null </proc/self/environ
unset -v given CDPATH IFS TMOUT FUNCNEST EXECIGNORE GLOBIGNORE BASH_COMPAT
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

# Where the kernel tells of itself, and a host of itself. A test of one part puts folders of files in their place.
readonly PROC=/proc SYS=/sys ETC=/etc RUN=/run

# Of the request and the report. To be raised with every change of their grammar and of what a word of
# the report proves: an agent believes no program of another version.
readonly PROTOCOL=4
readonly BASH_MIN=402
readonly BUDGET_MS_MAX=300000 HOLD_MS_MAX=10000 VMS_MAX=1000 QUARANTINE_SEC_MAX=3600 SHARED_TYPES_MAX=32
readonly LINE_BYTES_MAX=128 LINE_SEC_MAX=10 REQUEST_LINES_MAX=1100 REQUEST_MS_MAX=30000

readonly KTHREAD_FLAG=0x00200000 PTRACE_CAPABILITY=19
readonly EXITING_FLAG=0x4 CGROUP_NAME_CUT_MIN=60
readonly HOST_FILE_LINES_MAX=4000 HOST_NAME_MAX=64 SHOWN_UUIDS_MAX=8
readonly RESTART_MS_DEFAULT=100 RESTART_MS_FOREVER=999999999 RESTART_MARGIN_MS=1000
readonly TASKS_LISTED_MAX=32 DOUBTFUL_LISTED_MAX=8
readonly NETS_MAX=256 NAP_MS_MAX=50 DIRTY_SCAN_MS_MAX=2000 MOVING_MS_MIN=300 CLOCK_STEP_MS=10 KILLED_AT_ONCE=16 TOLD_AT_ONCE=8192
readonly BLOCK_LOOKS_MAX=20000 O_APPEND=1024 O_DSYNC=4096
readonly VIRSH_ASK_SEC=2 VIRSH_ANSWER_SEC=5 VIRSH_AT_ONCE=4 DAEMONS_ASKED_MAX=16 READER_LOOKS=3 READER_LOOK_SEC=0.15 STUCK_MAX=4 FORK_ROOM_MIN=8
readonly HOOK_DRILL_SEC=15 HOOK_LOOK_SEC=1 DRILLS_NOTED_MAX=1000
