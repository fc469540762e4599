import { test } from 'tap'
import { notAsked } from '../../../agent/probe/witness.ts'
import { explainEvidence } from '../../../agent/contract/words/explain-evidence.ts'
import {
  cleanReport,
  killedQemu,
  livingQemu,
  passedOn,
  reported,
  silent,
  silentAddress,
  someWitness,
} from '../../fixtures/values/evidence.ts'

test('a report is told from the host to what neither proves anything', async (t) => {
  t.same(explainEvidence(reported()), [
    'host: as-named; processes seen: all; pid namespace: initial; as root',
    'qemu 84 (started at tick 1234): told by argv-uuid, seen before-kill, kill sent, gone after 10 ms',
    'last scan: 200 processes, 0 living of the VM (0 new), 0 unattributable, 0 ambiguous, 0 unreadable; hold: kept',
    'writes in flight: io_uring none, block devices (not-needed) at rest: not-needed, connections: none',
    'storage: block devices or file systems of the host (block); page cache: none (suspects.pageCache is report)',
    'programs that write for it: none (suspects.helpers is refuse)',
    'quarantine: set, and not shown to hold: a start under way cannot be excluded (suspects.quarantine is optional)',
    'libvirt said no-such-vm, pgrep agreed: neither proves anything',
  ])
})

test('living tasks are told one by one, up to a few', async (t) => {
  const tasks = Array.from({ length: 9 }, (_, tid) => ({
    tid,
    state: 'D',
    wchan: 'exit_aio',
    comm: 'x',
  }))
  const lines = explainEvidence(
    reported({ qemus: [{ ...killedQemu, end: { kind: 'living', tasks } }] }),
  )
  t.match(lines[1], /kill sent, 9 tasks still living$/)
  t.equal(
    lines[2],
    'task 0 of qemu 84: state D, waits in exit_aio, that is for a block device that does not complete a request',
  )
  t.equal(lines[10], 'and 1 more tasks')
})

test('an empty report, doubtful processes, and more qemus than anybody reads', async (t) => {
  t.equal(explainEvidence(reported({ qemus: [] }))[1], 'no qemu of the VM was found')
  const doubtful = [{ why: 'ambiguous', pid: 7, comm: '\u001b' }] as const
  t.ok(explainEvidence(reported({ doubtful })).includes('process 7: ambiguous'))
  const qemus = Array.from({ length: 10 }, () => killedQemu)
  t.ok(explainEvidence(reported({ qemus })).includes('and 2 more qemu'))
})

test('silence is told address by address and witness by witness', async (t) => {
  const lines = explainEvidence(
    silent({
      addresses: [{ ...silentAddress, oldEntry: 'removed' }],
      witnesses: [
        someWitness,
        {
          ...notAsked('192.0.2.2'),
          answered: 'no',
          vouchesFor: ['192.0.2.7', '192.0.2.8'],
        },
      ],
      contactBefore: true,
    }),
  )
  t.same(lines, [
    '192.0.2.7, IPv4 on a link of ours: TCP silent, ping silent, ARP or ND unresolved (old entry removed)',
    'witness 192.0.2.1: answered yes by echo, ARP answered, TCP port not-named, on the way to 192.0.2.7',
    'witness 192.0.2.2: answered no, ARP not-run, TCP port not-run, on the way to 192.0.2.7, 192.0.2.8',
    'so for 15 s, looked at again and again; probe.silenceSec is 15',
    'This peer knows it by the host key that it keeps',
    'the host had answered earlier in this fence',
  ])
  t.match(explainEvidence(silent())[0], /unresolved$/)
})

test('what is no report and no silence is one line, and none of them sounds like a proof', async (t) => {
  const rest = [
    { kind: 'refusal', because: 'login-refused' },
    { kind: 'own-trouble', because: 'internal-error' },
    { kind: 'out-of-time' },
  ] as const
  for (const evidence of rest) {
    const lines = explainEvidence(evidence)
    t.equal(lines.length, 1, evidence.kind)
    t.notMatch(lines[0], /dead|gone|silent/)
  }
})

test('nothing that the suspect chose gets through', async (t) => {
  const spoilt = { tid: 1, state: '\u001b', wchan: 'a\u001b[2J', comm: 'SECRETNAME' }
  const living = { ...livingQemu(), end: { kind: 'living', tasks: [spoilt] } } as const
  const doubtful = [{ why: 'ambiguous', pid: 7, comm: 'SECRETNAME' }] as const
  const text = explainEvidence({
    kind: 'report',
    report: { ...cleanReport, qemus: [living], doubtful },
  }).join('\n')
  t.match(text, /^[\x20-\x7e\n]*$/)
  t.notMatch(text, /SECRETNAME/)
})

test('a death that a neighbour proved is told as that, and so is what one heard', async (t) => {
  t.same(explainEvidence(passedOn()), [
    'proven by another agent in the place of this one: 7c9e6679-7425-40de-944b-e07fc1f90ae7, as its fence c0ffee00c0ffee00c0ffee00c0ffee00, asked 5000 ms after this one began; host: as-named',
  ])
  const lines = explainEvidence(silent({ heardBy: ['7c9e'] }))
  t.ok(lines.includes('agent 7c9e had contact with the host meanwhile'))
})
