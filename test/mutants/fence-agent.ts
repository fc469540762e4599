/**
 * Breaks in what a fencer reads: exit 0 of `off` lets it start the VM elsewhere, and 2 of `status`
 * would say "off".
 */
import { mutantsOf } from './mutant.ts'

const folder = 'agent/cli/fence-agent'
const tests = 'cli/fence-agent'

export const fenceAgentMutants = [
  ...mutantsOf(
    `${folder}/off.ts`,
    [`${tests}/off`],
    [
      [
        'silence is off without the opt-in',
        'return isUnreachableOff',
        'return isUnreachableOff || true',
      ],
      [
        'a refusal is off with the opt-in',
        "      case 'refuse':\n        return false",
        "      case 'refuse':\n        return isUnreachableOff",
      ],
      ['one host of several is enough', 'advised.every(', 'advised.some('],
      [
        'no host at all is off',
        'advised.length > 0 &&\n  advised.every',
        'advised.length >= 0 &&\n  advised.every',
      ],
      [
        'a proof is none',
        "case 'start':\n        return true",
        "case 'start':\n        return false",
      ],
    ],
  ),
  ...mutantsOf(
    `${folder}/fence-agent.ts`,
    [`${tests}/fence-agent`, `${tests}/off`, `${tests}/status`, `${tests}/monitor`],
    [
      [
        'off that failed exits with 0',
        '(await off(questions, settings, terminal)) ? exitCodes.done : exitCodes.notDone',
        '(await off(questions, settings, terminal)) ? exitCodes.done : exitCodes.done',
      ],
      [
        'nothing seen is off',
        'return isOn ? exitCodes.done : exitCodes.notDone',
        'return isOn ? exitCodes.done : exitCodes.refused',
      ],
      [
        'what is wrong with the input exits with 0',
        '  return exitCodes.notDone\n}\n\nconst inputOf',
        '  return exitCodes.done\n}\n\nconst inputOf',
      ],
      [
        'without a word for it, it is off',
        "input.text('action')?.toLowerCase()",
        "(input.text('action') ?? 'off').toLowerCase()",
      ],
      [
        'reboot is off',
        'actions.find((one) => one === word)',
        "actions.find((one) => one === (word === 'reboot' ? 'off' : word))",
      ],
      [
        'half of the input is the input',
        "if (text === undefined) return 'standard input did not end, or is too long'\n  const input = parseInput(text)",
        "const input = parseInput(text ?? '')",
      ],
      [
        'a VM that is not of the map becomes the node of that name',
        "args.text('plug') ?? args.text('nodename')",
        "args.text('nodename') ?? args.text('plug')",
      ],
    ],
  ),
  ...mutantsOf(
    `${folder}/read-input.ts`,
    [`${tests}/read-input`],
    [
      [
        'what was read before it broke off counts',
        '    // It took too long, or cannot be read.\n    return undefined',
        "    return Buffer.concat(chunks).toString('utf8')",
      ],
    ],
  ),
  ...mutantsOf(
    `${folder}/input.ts`,
    [`${tests}/input`],
    [
      [
        'of two VMs the last is the one',
        'values.has(name) && values.get(name) !== value',
        'values.has(name) && values.get(name) === undefined',
      ],
      [
        'any word opts in',
        'else if (!yes.includes(value)) {',
        "else if (!yes.includes(value) && value === '7') {",
      ],
      ['a secret is named', "? key : 'a line without a name'", "? line : 'a line without a name'"],
    ],
  ),
  ...mutantsOf(
    `${folder}/vm-map.ts`,
    [`${tests}/vm-map`],
    [
      [
        'a VM that is not in the map is fenced',
        'hexOf(uuid) === hexOf(plug))?.uuid',
        'hexOf(uuid) === hexOf(plug))?.uuid ?? plug',
      ],
      ['a name may be the uuid of another VM', 'return isOther || names', 'return names'],
    ],
  ),
  ...mutantsOf(
    `${folder}/settings.ts`,
    [`${tests}/settings`],
    [
      [
        'of several hosts the first is looked at',
        "args.text('ip')?.split(',') ?? []",
        "args.text('ip')?.split(',').slice(0, 1) ?? []",
      ],
      [
        'further addresses are left out',
        "also.length === 0 ? undefined : also.join(',')",
        'undefined',
      ],
      [
        'the opt-in is set by default',
        "isUnreachableOff: args.isSet('unreachable-is-off')",
        "isUnreachableOff: !args.isSet('unreachable-is-on')",
      ],
    ],
  ),
  ...mutantsOf(
    `${folder}/monitor.ts`,
    [`${tests}/monitor`],
    [
      [
        'who is not ready is ready',
        'return status === 200 ? undefined',
        'return status > 0 ? undefined',
      ],
    ],
  ),
]
