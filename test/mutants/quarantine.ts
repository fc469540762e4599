/** Breaks in the quarantine: what sets it, what obeys it, what believes in it, and who lifts it. */
import { mutantsOf } from './mutant.ts'
import type { Row } from './mutant.ts'

const set = ['scripts/suspect/quarantine']
const at = (part: string, rows: readonly Row[]) =>
  mutantsOf(`scripts/suspect/fence-vms.d/${part}.bash`, set, rows)

export const quarantineMutants = [
  ...at('74-quarantine', [
    [
      'a daemon that obeyed once is believed without an answer about this VM',
      '[[ -n $said && $shown == "obeys $said" ]] || is_shown=0',
      '[[ $shown == obeys* ]] || is_shown=0',
    ],
    [
      'a daemon that no drill has tried counts as one that obeys',
      '[[ -n $said && $shown == "obeys $said" ]] || is_shown=0',
      '[[ -n $said ]] || is_shown=0',
    ],
    [
      'a daemon that ignores the hook is passed over',
      "[[ $shown != 'ignores '* ]] || ret_word=hook-not-active",
      ':',
    ],
    [
      'a hook that has gone since the drill is passed over',
      '[[ $said != - ]] || ret_word=no-hook',
      ':',
    ],
    [
      'an entry that could not be written counts as set',
      'vm_quarantine[$vm]=not-writable\n\tdone',
      ':\n\tdone',
    ],
    ['an entry is written to a disk that may hang', "[[ $kind == 'tmpfs '* ]]", '[[ -n $kind ]]'],
    [
      'what is refused and was not killed may not start again',
      'write_entry "$nonce" "$vm" 0 && vm_quarantine[$vm]=taken-back',
      ':',
    ],
    [
      'what one run lifts is one entry of many',
      'for file in ${files+"${files[@]}"}; do\n\t\t\tread_entry',
      'for file in ${files+"${files[0]}"}; do\n\t\t\tread_entry',
    ],
    [
      'a VM that goes on running stays in quarantine',
      'running) take_back_quarantine "$1" ;;',
      'running) ;;',
    ],
  ]),
  ...at('75-hook', [
    [
      'a domain of the drill that was started shows a daemon that obeys',
      '*"$DRILL_KERNEL"*) shown=ignores ;;',
      '*"$DRILL_KERNEL"*) shown=obeys ;;',
    ],
  ]),
  ...mutantsOf(
    'packaging/common/libvirt-hook.sh',
    ['packaging/libvirt-hook'],
    [
      ['a migration comes in', 'prepare | start | restore | migrate) ;;', 'prepare | start) ;;'],
      [
        'a half-written line keeps a VM from starting',
        '[ "$vm $of $mark" != "$uuid $boot ." ]',
        '[ "$vm $of" != "$uuid $boot" ]',
      ],
      [
        'an entry of another boot counts',
        '[ "$vm $of $mark" != "$uuid $boot ." ]',
        '[ "$vm $mark" != "$uuid ." ]',
      ],
      ['the first line of a VM counts', '|| end=$until', '|| [ "$end" != 0 ] || end=$until'],
      ['an entry that is over counts', '[ "$left" -gt 0 ] || continue', ':'],
    ],
  ),
  ...mutantsOf(
    'agent/domain/doubts-of-report.ts',
    ['domain/decide', 'domain/decide-oracle'],
    [
      [
        'a quarantine that is only set excludes a start',
        "quarantine.state === 'proven' ? undefined : 'start-not-excluded'",
        "quarantine.state !== 'not-set' ? undefined : 'start-not-excluded'",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/domain/lift.ts',
    ['domain/lift'],
    [
      [
        'what could not be written counts as lifted',
        "return cannotTell('lift-not-written')",
        "return { kind: 'lifted' }",
      ],
      [
        'what another host lifted counts',
        '&& !isOfStranger(evidence.report)\n  switch',
        '\n  switch',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/compose/looks.ts',
    ['compose/looks'],
    [
      [
        'a quarantine is lifted before that is written down',
        "    await journal.unfence(request, 'asked')\n",
        '',
      ],
    ],
  ),
]
