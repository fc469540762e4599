# Surroundings that an environment cannot change, and every limit of the program.
# shellcheck shell=bash
set -uf
shopt -s nullglob
exec 2>/dev/null
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LIBVIRT_DEFAULT_URI='qemu:///system'
export LC_ALL PATH LIBVIRT_DEFAULT_URI
unset CDPATH IFS

readonly KTHREAD_FLAG=0x00200000 PTRACE_CAPABILITY=19
readonly TASKS_LISTED_MAX=32 DOUBTFUL_LISTED_MAX=8
readonly NAP_MS_MAX=50 DIRTY_SCAN_MS_MAX=2000 MOVING_MS_MIN=300
readonly BLOCK_LOOKS_MAX=20000 O_APPEND=1024 O_DSYNC=4096
readonly VIRSH_ASK_SEC=2 VIRSH_DESTROY_SEC=5 FORK_ROOM_MIN=8
