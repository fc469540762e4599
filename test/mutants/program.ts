/** Breaks in the program on the suspect. */
import { mutantsOf } from './mutant.ts'
import type { Row } from './mutant.ts'

const program = ['scripts/suspect/fence-vms']
const states = ['lab/states']
const at = (part: string, tests: readonly string[], rows: readonly Row[]) =>
  mutantsOf(`scripts/suspect/fence-vms.d/${part}.bash`, tests, rows)

export const programMutants = [
  ...at(
    '10-request',
    ['scripts/suspect/hostile-request'],
    [
      [
        'a number of the request is computed before it is one',
        '[[ $1 =~ ^(0|[1-9][0-9]{0,5})$ ]] && (($1 <= $2))',
        '(($1 <= $2))',
      ],
      [
        'whatever stands behind vm= is a VM',
        '[[ $value =~ ^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\\ ([1-9][0-9]*)$ ]] || return 1',
        '[[ $value =~ ^(.*)()\\ (.*)$ ]] || return 1',
      ],
      ['a VM may be asked for twice', '&& [[ -z ${vm_known[$1]-} ]] || return 1', '|| return 1'],
      ['a list of VMs has no end', '((${#vms[@]} <= VMS_MAX))', ':'],
      [
        'a request of any version is taken',
        '[[ $asked_version == "$PROTOCOL" ]] && return',
        'return',
      ],
      ['a line has no end', '((${#line} < LINE_BYTES_MAX)) ||', ': ||'],
      [
        'a request has no end',
        '((++count <= REQUEST_LINES_MAX && clock_ms - begun_ms <= REQUEST_MS_MAX)) ||',
        '((++count)) ||',
      ],
      [
        'the second value of a key takes the place of the first',
        '[[ -z ${key_given[$1]-} ]] && key_given',
        'key_given',
      ],
    ],
  ),
  ...at(
    '20-tell',
    ['scripts/suspect/hostile-request'],
    [
      [
        'the program listens on after the request',
        '(($? > 128)) && napped_ms',
        '(($? != 1)) && napped_ms',
      ],
    ],
  ),
  ...mutantsOf(
    'scripts/build',
    ['scripts/suspect/hostile-request'],
    [
      [
        'functions of the environment get into the program',
        "echo '#!/bin/bash -p'",
        "echo '#!/bin/bash'",
      ],
    ],
  ),
  ...at('30-process', states, [
    [
      'only the leader of a thread group is looked at',
      'list_matches "$PROC/$pid/task/[0-9]*"',
      'list_matches "$PROC/$pid/task/$pid"',
    ],
  ]),
  ...at('56-scan', program, [
    ['a qemu is not looked for by its arguments', 'judge_by_arguments "$pid" "$dir"', ': "$pid"'],
  ]),
  ...at('56-scan', states, [
    ['a process without arguments is passed over', 'judge_without_arguments "$pid"', ': "$pid"'],
  ]),
  ...at('84-fence', program, [['nothing is killed', '|| kill_group "$key"', '|| : "$key"']]),
  ...at('86-rounds', program, [
    [
      'nobody looks whether the qemu comes back',
      '((napped_ms - vm_ended_napped[$vm] >= hold || clock_ms - vm_ended_ms[$vm] >= hold + CLOCK_STEP_MS)) || return 1',
      ':',
    ],
    ['there is no last scan', 'scan_all after-kill', ':'],
  ]),
  ...at(
    '86-rounds',
    ['scripts/suspect/batch'],
    [
      [
        'every VM waits for the last one’s deadline',
        '((clock_ms >= vm_deadline_ms[$vm]))',
        '((clock_ms >= deadline_ms))',
      ],
      [
        'libvirt is told on after the first report',
        'revoke_virsh_permit\n\tjudge_pgrep',
        'judge_pgrep',
      ],
      [
        'a doubt of one VM holds back the others',
        'may_clear_up "$vm" || due',
        'may_clear_up "$vm" && return; due',
      ],
    ],
  ),
  ...at(
    '88-look',
    ['scripts/suspect/batch'],
    [
      [
        'a look kills',
        'note_supervisor "$key"; done\n\tstart_beside',
        'note_supervisor "$key"; done\n\tkill_found\n\tstart_beside',
      ],
    ],
  ),
  ...at(
    '89-drill',
    ['scripts/suspect/batch'],
    [
      ['a drill kills a VM', '((${#groups_unkilled[@]} > 0))', '((0))'],
      ['a drill has no canary', 'do start_canary "$vm"', 'do : "$vm"'],
    ],
  ),
  ...at(
    '80-kill',
    ['scripts/suspect/batch'],
    [
      [
        'a VM is killed after its fence is over',
        '((clock_ms < vm_deadline_ms[${group_vm[$key]}])) || return',
        ':',
      ],
    ],
  ),
  ...at(
    '40-identity',
    ['scripts/suspect/batch'],
    [
      [
        'a qemu that names two VMs of a batch is the last one',
        'if ((${#named[@]} > 1)) ||',
        'if ((0)) ||',
      ],
    ],
  ),
  ...at(
    '70-children',
    ['scripts/suspect/batch'],
    [
      [
        'a program that got no processor is deaf to its virsh',
        'if ((status > 128)); then',
        'if ((0)); then',
      ],
      [
        'whoever bears the pid of a virsh by now is ended',
        '[[ $st_start == "${1#*:}" ]] && kill',
        'kill',
      ],
    ],
  ),
  ...at(
    '72-virsh',
    ['scripts/suspect/starts'],
    [
      [
        'a daemon that went away while it was asked knows of no VM',
        '[[ $answer == no-such-vm ]] || return 0',
        'return 0',
      ],
    ],
  ),
  ...at(
    '72-virsh',
    ['scripts/suspect/batch'],
    [
      [
        'a virsh that starts late is told to destroy',
        'may_destroy() { ! read -r -t 0 -u "$permit"; }',
        'may_destroy() { true; }',
      ],
      [
        'a look destroys',
        '[[ $action == fence && $answer == running ]]',
        '[[ $answer == running ]]',
      ],
    ],
  ),
  ...at('86-rounds', states, [['I/O in flight is not waited for', 'observers_settled "$vm"', ':']]),
  ...at(
    '62-sockets',
    ['scripts/suspect/observers'],
    [
      ['a socket that no table shows holds nothing', '[[ -n ${known[$inode]-} ]] || return 1', ':'],
      [
        'whoever listens anywhere serves every connection',
        'is_served_at "$place" || sockets_word=seen',
        'is_served_at "$place" || :',
      ],
    ],
  ),
  ...at(
    '63-connections',
    ['scripts/suspect/observers'],
    [
      [
        'what is left of MPTCP is somebody’s',
        '${fields[3]} == 0 || ${fields[1]} == 0[49B]',
        '${fields[3]} == 0',
      ],
    ],
  ),
  ...at(
    '57-arguments',
    ['scripts/suspect/observers'],
    [
      [
        'nobody serves a disk of vhost-user',
        'disk_servers+=("${socket_of[${found:-none}]--}")',
        ':',
      ],
    ],
  ),
  ...at(
    '65-helpers',
    ['lab/outliving'],
    [
      [
        'a helper that hangs has settled',
        '[[ -z ${link_open["$link $round"]-} ]] || return 1',
        ':',
      ],
    ],
  ),
  ...at(
    '64-page-cache',
    ['lab/outliving'],
    [['O_DIRECT speaks for all layers', 'note_cached_below "$vm"\n\telif', ':\n\telif']],
  ),
  ...at(
    '64-page-cache',
    ['scripts/suspect/storage'],
    [
      [
        'a qemu whose descriptors could not be read has cached nothing',
        'note_page_cache "$vm" not-known -\n\t\treturn\n\tfi\n\tnote_page_cache',
        'note_page_cache "$vm" none -\n\t\treturn\n\tfi\n\tnote_page_cache',
      ],
    ],
  ),
  ...at(
    '40-identity',
    ['scripts/suspect/identity'],
    [
      ['the uuid of -smbios is not read', ':-smbios | :--smbios) value_of=smbios ;;', ''],
      ['a comma inside a value of -smbios ends it', 'ret_parts=(${1//,,/$mark})', 'ret_parts=($1)'],
      [
        'a name convicts a qemu that reads its uuid from a file',
        '((${#id_uuids[@]} == 0 && id_config == 0)) || return',
        '((${#id_uuids[@]} == 0)) || return',
      ],
      [
        'a name convicts against a uuid',
        '((${#id_uuids[@]} == 0 && id_config == 0)) || return',
        ':',
      ],
      [
        'a uuid inside of a longer word names a VM',
        '[[ $before != *[0-9a-z] && $left != [0-9a-z]* ]]',
        ':',
      ],
    ],
  ),
  ...at(
    '50-found',
    ['scripts/suspect/identity'],
    [
      ['a VMM of another family is a tool', 'if ! is_other_vmm_name "$name"; then', 'if :; then'],
      [
        'a qemu without uuid is another VM’s by its name',
        '((${#ret_named[@]} == 0)) || note_ambiguous "$pid" qemu "${ret_named[@]}"',
        ':',
      ],
    ],
  ),
  ...at(
    '55-starts',
    ['scripts/suspect/starts'],
    [
      ['a daemon is taken for a start', '((st_threads == 1)) || return', ':'],
      [
        'a process that two VMs claim is the first one’s',
        'if [[ -n ${start_clash[$pid]-} ]] ||',
        'if false ||',
      ],
      ['a fork of libvirt is nobody', 'note_group "$canonical" "$pid" libvirt-start', ':'],
      [
        'no daemon is asked',
        'read_stat "$PROC/$1/stat" && ((st_threads > 1)) && libvirt_daemons+=("$1")',
        ':',
      ],
    ],
  ),
  ...at(
    '72-virsh',
    ['scripts/suspect/starts'],
    [
      [
        'a virsh that hangs outlives the program',
        '[[ -z $process ]] || end_process "$process"',
        ':',
      ],
      [
        'the best word of all daemons counts',
        '((rank > worst)) && worst=$rank ret_word=$word',
        'ret_word=no-such-vm',
      ],
    ],
  ),
  ...at(
    '56-reader',
    ['scripts/suspect/stuck'],
    [
      [
        'what could not be read is nobody’s',
        'elif [[ -z $owner ]]; then\n\t\tnote_unreadable "$pid"',
        'elif [[ -z $owner ]]; then\n\t\t:',
      ],
      [
        'what stands behind one that blocks is passed over without a further reader',
        '\t\t\treadable+=("${to_read[@]:i+1}")\n',
        '',
      ],
      [
        'a reader that has ended already is none',
        'note_process "$pid" && reader=$process\n\treturn 0',
        'note_process "$pid" && reader=$process',
      ],
    ],
  ),
  ...at('80-kill', program, [
    ['a VM is killed for a peer that has gone away', '! read -r -t 0 || exit_peer_gone', ':'],
    [
      'another program in the place of the qemu is killed',
      '[[ $hit_vm == "${group_vm[$key]}" ]] && ((${#hit_ambiguous[@]} == 0)) || return',
      ':',
    ],
    [
      'a kill that was denied counts as sent',
      'if kill -KILL "$pid"; then',
      'if kill -KILL "$pid" || :; then',
    ],
  ]),
  ...at('82-report', program, [
    ['a hold that was cut is called kept', 'hold=${vm_hold[$vm]-cut}', 'hold=kept'],
    ['what is ambiguous is not counted', 'ambiguous=${vm_ambiguous[$vm]}', 'ambiguous=0'],
  ]),
  ...at('82-report', states, [
    [
      'a dying qemu that nobody can name is not counted',
      'unattributable=$scan_unattributable',
      'unattributable=0',
    ],
  ]),
  ...at('40-identity', program, [
    [
      'a uuid anywhere in the arguments is enough',
      '[[ $1 == qemu-system-* ||',
      '[[ $1 == * || $1 == qemu-system-* ||',
    ],
    [
      'a uuid does not go before the name',
      '((${#id_uuids[@]} == 0 && id_config == 0)) || return',
      ':',
    ],
  ]),
  ...at('90-host', program, [
    ['the peer fences itself', 'host_is="own-host"', 'host_is="as-named"'],
  ]),
  ...at(
    '90-host',
    ['scripts/suspect/host'],
    [
      ['a uuid that nothing shows is the right one', 'host_is="not-shown"', 'host_is="as-named"'],
      ['a board of another order of bytes is a stranger', 'note_uuid "${1:6:2}', ': "${1:6:2}'],
      ['another uuid of the plane is taken', 'for one in $plane_uuids; do', 'for one in; do'],
      ['another uuid of libvirt is taken', 'for one in $libvirt_uuids; do', 'for one in; do'],
      [
        'a uuid of every machine of a kind is a name',
        '&& is_unique_uuid "$bare" || return',
        '|| return',
      ],
      [
        'a key that somebody made known is enough for a uuid',
        '[[ $host_pin == bound ]] && host_is="as-bound"',
        '[[ $host_pin != unconfirmed ]] && host_is="as-bound"',
      ],
    ],
  ),
  ...mutantsOf(
    'scripts/suspect/fence-vms.bash',
    ['scripts/suspect/host'],
    [['a host that is not the right one is fenced', 'if ! may_touch_host ||', 'if false ||']],
  ),
  ...at(
    '68-supervisor',
    ['scripts/suspect/supervisor', 'scripts/suspect/parts'],
    [
      ['whoever waits for its qemu is no supervisor', '\t\tsupervisor=parent', '\t\tsupervisor=no'],
      ['what has gone has no supervisor', '\t\tsupervisor=not-known\n\t\treturn', '\t\treturn'],
      ['no unit starts a VM again', '\t\t\tsupervisor=unit', '\t\t\tsupervisor=no'],
      ['a wait that no hold outlasts is outlasted', '|| return 1\n\t((needs', '|| :\n\t((needs'],
      ['the hold does not grow', '|| vm_hold_ms[$1]=$needs', '|| :'],
    ],
  ),
  ...at(
    '84-fence',
    ['scripts/suspect/supervisor'],
    [
      [
        'what would be started again is killed',
        'do [[ -n ${vm_spared[${group_vm[$key]}]-} ]] || kill_group',
        'do kill_group',
      ],
    ],
  ),
  ...at(
    '00-setup',
    ['scripts/suspect/environment'],
    [
      [
        'the environment of a login stays',
        'do unset -v "${given%%=*}"; done',
        'do : "${given%%=*}"; done',
      ],
    ],
  ),
  ...at(
    '72-virsh',
    ['scripts/suspect/environment'],
    [['virsh may ask whom it likes', ' -c "$ret_uri"', '']],
  ),
  ...at('90-host', states, [
    ['a foreign pid namespace is called the host', 'view_pidns=foreign', 'view_pidns=initial'],
    [
      'hidden processes are called all processes',
      '[[ -n $options ]] && read_stat "$PROC/1/stat" || return 1',
      'return 0',
    ],
  ]),
]
