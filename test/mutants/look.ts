/**
 * Breaks in what looks and drills: neither may kill a VM, and neither may be taken for a verdict.
 */
import { mutantsOf } from './mutant.ts'

export const lookMutants = [
  ...mutantsOf(
    'agent/domain/sight.ts',
    ['domain/sight'],
    [
      [
        'a look that claims a proof saw nothing',
        "return cannotTell('report-invalid')",
        "return { kind: 'not-seen' }",
      ],
      [
        'on a silent host nothing runs',
        "return cannotTell('host-silent')",
        "return { kind: 'not-seen' }",
      ],
      [
        'what could not be seen does not run',
        "verdict.because !== 'hold-not-kept' || evidence.kind !== 'report'",
        "evidence.kind !== 'report'",
      ],
      [
        'a refusal in the words of a look saw nothing',
        "if (verdict.because !== 'hold-not-kept' || evidence.kind !== 'report') {\n    return cannotTell(verdict.because)\n  }\n  return evidence.report.virsh",
        "if (verdict.because !== 'hold-not-kept') {\n    return cannotTell(verdict.because)\n  }\n  return evidence.kind === 'report' && evidence.report.virsh",
      ],
      [
        'libvirt contradicts in vain',
        "evidence.report.virsh === 'running'",
        "evidence.report.virsh === 'destroyed'",
      ],
      ['a qemu of another host is the VM', 'strangers.includes(host.is)', "host.is === 'own-host'"],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/fence-session.ts',
    ['suspect/fence-session'],
    [
      ['who looks kills', 'await run(what.action, [', "await run('fence', ["],
      [
        'a drill may meet a real VM',
        'randomUUID() as string as VmUuid',
        "'11111111-2222-4333-8444-555555555555' as string as VmUuid",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/inspect/look.ts',
    ['inspect/look'],
    [
      [
        'status kills a canary',
        '{ what: { action, vm }, suspect',
        "{ what: { action: 'drill' }, suspect",
      ],
      ['status lifts a quarantine', "look: visit('look')", "look: visit('unfence')"],
    ],
  ),
  ...mutantsOf(
    'agent/contract/reply/look-reply.ts',
    ['contract/reply/look-reply'],
    [['a look is a success', '    success: false,', '    success: true as boolean as false,']],
  ),
  ...mutantsOf(
    'agent/client/judge-look.ts',
    ['client/judge-look'],
    [
      [
        'the answer of a fence is taken for a look',
        "if (body['success'] !== false)",
        "if (body['success'] === 7)",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/status/print-look.ts',
    ['cli/status/print-look', 'cli/status/status'],
    [
      [
        'nothing seen exits with 0',
        'return exitCodes.notSeen',
        'return exitCodes.done as number as LookExitCode',
      ],
      [
        'nothing seen exits like silence',
        '      return exitCodes.cannotTell',
        '      return exitCodes.unreachable as number as LookExitCode',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/http/server.ts',
    ['http/routes/look-route'],
    [['looks take no place', 'service.inFlight() + looks.inFlight()', 'service.inFlight()']],
  ),
  ...mutantsOf(
    'agent/http/routes/look-route.ts',
    ['http/routes/look-route'],
    [
      [
        'a look takes no place of its suspect',
        "if (begun.kind === 'refused') return",
        "if (begun.kind === 'refused' && begun.refusal.code === 'FENCE_BUSY') return",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/status/status-stand-alone.ts',
    ['cli/status/status-stand-alone'],
    [
      [
        'without an agent any host may be looked at',
        'if (rejected !== undefined) return rejected',
        'if (rejected === null) return rejected',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/inspect/finding.ts',
    ['inspect/finding'],
    [
      [
        'what cannot be told could be fenced',
        "if (seen !== undefined) return { kind: 'could-not', because: seen, by: look }",
        "if (seen === 'host-silent') return { kind: 'could-not', because: seen, by: look }",
      ],
      [
        'a login that may kill nothing could fence',
        "view.privilege !== 'root'",
        'view.privilege === undefined',
      ],
      [
        'a drill that killed nothing proves something',
        "killedOf(evidence) === undefined ? 'canary-not-met' : undefined",
        "killedOf(evidence) === 0 ? 'canary-not-met' : undefined",
      ],
      ['a canary that lives is dead', 'return verdict.because', 'return undefined'],
    ],
  ),
  ...mutantsOf(
    'agent/inspect/drill.ts',
    ['inspect/drill'],
    [
      [
        'who only looks kills a canary',
        "if (!isDrill || finding.kind !== 'could-fence') {",
        "if (finding.kind !== 'could-fence') {",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/cli/doctor/doctor.ts',
    ['cli/doctor/doctor'],
    [
      [
        'some are all',
        'report.could === report.of && report.of > 0',
        'report.could >= 0 && report.of > 0',
      ],
      ['none is all', 'report.could === report.of && report.of > 0', 'report.could === report.of'],
    ],
  ),
  ...mutantsOf(
    'agent/contract/reply/last-drill.ts',
    ['contract/reply/last-drill'],
    [
      [
        'whatever is in the file was found',
        'validate(drill) && !Number',
        '(validate(drill) || true) && !Number',
      ],
    ],
  ),
]
