/** Breaks between the wire and the rule: the connection, the session, the report, the use case. */
import { mutantsOf } from './mutant.ts'

const dial = mutantsOf(
  'agent/suspect/reach/dial.ts',
  ['suspect/reach/dial', 'suspect/reach/happy-eyeballs', 'suspect/suspect'],
  [
    [
      'a refused connection is silence',
      "return { kind: 'refused', ms }",
      "return { kind: 'silent', ms }",
    ],
    ['a reset is silence', "return { kind: 'reset', ms }", "return { kind: 'silent', ms }"],
    [
      'an error code that nobody knows is silence',
      "    default:\n      return { kind: 'own-trouble', ms }",
      "    default:\n      return { kind: 'silent', ms }",
    ],
    ['a window too short for three SYNs is silence', 'ms >= silenceFloorMs ?', 'ms >= 0 ?'],
    [
      'a dial that was cut short is silence',
      "    case 'cut-short':\n      return 'not-run'",
      "    case 'cut-short':\n      return 'silent'",
    ],
  ],
)

const contact = mutantsOf(
  'agent/suspect/suspect.ts',
  ['suspect/suspect'],
  [
    [
      'a name that does not resolve leaves a proof of silence',
      'if (!resolved.isComplete) {',
      'if (false as boolean) {',
    ],
    [
      'addresses that were left out count as silent',
      'dials: [...raced.dials, ...leftOut],',
      'dials: [...raced.dials],',
    ],
  ],
)

const ownSide = [
  ...mutantsOf(
    'agent/probe/run-tool.ts',
    ['probe/run-tool'],
    [
      [
        'what never started is killed, whatever its pid',
        'if (running.pid !== undefined) running.kill()',
        'running.kill()',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/probe/probe.ts',
    ['probe/probe'],
    [
      [
        'a filter of our own is not looked for',
        'askOwnFilters(probe)',
        'Promise.reject(new Error())',
      ],
      [
        'ARP of a witness need not be answered after the silence',
        "first.neighbour === 'answered' ? again.neighbour : first.neighbour",
        'first.neighbour',
      ],
      [
        'ARP of a witness need not be answered before the silence',
        "first.neighbour === 'answered' ? again.neighbour : first.neighbour",
        'again.neighbour',
      ],
      [
        'a port of a witness need not be taken after the silence',
        "first.port === 'answered' ? again.port : first.port",
        'first.port',
      ],
      ['IPv6 on a link passes for ARP', "family === 'ipv4' ? 'arp' : 'nd'", "'arp'"],
      ['a way through a router passes for a link', "return 'routed'", "return 'arp'"],
    ],
  ),
  ...mutantsOf(
    'agent/probe/address.ts',
    ['probe/probe', 'probe/address'],
    [
      [
        'every address is of one subnet',
        'return subnet.check(other.plain, other.family)',
        'return true',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/probe/own-filter.ts',
    ['probe/own-filter'],
    [
      ['a full table is no doubt', "if (isFull(counts)) return () => 'table-full'", ''],
      [
        'a rule that names the suspect is no doubt',
        "? 'names-it' : undefined",
        '? undefined : undefined',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/host-key/acquaintance.ts',
    ['suspect/host-key/acquaintance'],
    [
      ['a revoked key is an acquaintance', '({ isRevoked }) => !isRevoked', '() => true'],
      [
        'what cannot be read was met',
        "return { by: 'not-known' }",
        "return { by: 'pinned-key', at: '' }",
      ],
    ],
  ),
]

const silence = mutantsOf(
  'agent/fence/silence.ts',
  ['fence/silence', 'fence/open-suspect'],
  [
    [
      'an ICMP error counts as our own failed ARP',
      "return isUnresolved ? 'no-neighbour' : 'icmp-error'",
      "return isUnresolved ? 'no-neighbour' : 'silent'",
    ],
    [
      'an address that was not probed is silent',
      "    echo: 'not-run',\n    neighbour: 'not-run',",
      "    echo: 'silent',\n    neighbour: 'off-link',",
    ],
  ],
)

const afterContact = mutantsOf(
  'agent/fence/contact-before.ts',
  ['fence/contact-before', 'fence/retry', 'fence/fence-vm'],
  [
    [
      'a refusal is forgotten when silence follows',
      "  evidence.kind !== 'silence' ||\n",
      "  evidence.kind === 'silence' &&\n",
    ],
    [
      'a sign of life is forgotten when silence follows',
      '!evidence.silence.addresses.every(isWithoutLife)',
      'false',
    ],
    ['silence after contact proves', "evidence.kind === 'silence' && hadContact", 'false'],
  ],
)

const waysIn = [
  ...mutantsOf(
    'agent/fence/retry-policy.ts',
    ['fence/retry-policy', 'fence/retry'],
    [
      [
        'a penalty is made longer by trying',
        "'peer-penalised': 'final'",
        "'peer-penalised': 'again'",
      ],
      [
        'a login that was cut off is hammered',
        "'login-cut-off': 'once-more'",
        "'login-cut-off': 'again'",
      ],
      [
        'a sick host gets one slow connection after the other',
        'if (slow >= slowMax)',
        'if (slow < 0)',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/reach/acks.ts',
    ['suspect/reach/acks'],
    [
      [
        'a host that just sent something is given up',
        'isHeard ? 0 : await countUnanswered(socket, read)',
        'await countUnanswered(socket, read)',
      ],
      ['one packet that is late ends the connection', 'count < unansweredMin', 'count < 0'],
      ['a link that fails over ends the connection', 'sinceMs >= goneMs', 'sinceMs >= 0'],
      ['another connection is read for this one', 'other !== remote || ', ''],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/login/session-fault.ts',
    ['suspect/login/session-fault', 'suspect/login/open-session'],
    [
      [
        'a kernel that gave up waiting was heard',
        "error.code === 'ETIMEDOUT' ? 'kernel-silent'",
        "error.code === 'ETIMEDOUT' ? endOfClose(phase)",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/program/run-program.ts',
    ['suspect/program/run-program'],
    [
      [
        'a report is waited for behind a terminal',
        'isReady ? undefined : terminal(came)',
        'isReady ? terminal(came) : undefined',
      ],
    ],
  ),
]

const useCase = [
  ...mutantsOf(
    'agent/fence/fence-vm.ts',
    ['fence/fence-vm'],
    [
      [
        'a joined look falls back to silence',
        'mayHaveHadContact(evidence))\n    }',
        'false)\n    }',
      ],
      [
        'a proof that is not on disk is answered',
        "refusal('journal-failed', `the verdict was not written: ${failure}`)",
        'judged',
      ],
      [
        'a proof that is older than the budget is answered',
        '&& passedMs() >= request.budgetMs',
        '&& (false as boolean)',
      ],
      ['a proof that grew old while it was written is answered', '? unlessOld(judged)', '? judged'],
      [
        'a fence without an intent on disk goes on',
        'return failure ?? observation',
        'return observation',
      ],
      [
        'an intent that could not be written permits the program',
        '(failure) => failure === undefined',
        '() => true',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/fence/own-budget.ts',
    ['fence/own-budget', 'fence/fence-vm'],
    [
      [
        'a late proof is taken',
        'return await Promise.race([work(stop), late()])',
        'return await work(stop).finally(() => void late)',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/journal/holder.ts',
    ['journal/holder'],
    [
      ['two agents write one journal', "writer === 'agent' ? 'alone' : 'together'", "'together'"],
      [
        'whoever does not get the journal goes on',
        'if (await holdFile(',
        'if ((true as boolean) || await holdFile(',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/fence/single-flight.ts',
    ['fence/single-flight', 'fence/fence-vm'],
    [['requests for two VMs share one look', 'one.vm === other.vm && ', '']],
  ),
]

const session = [
  ...mutantsOf(
    'agent/suspect/program/command.ts',
    ['suspect/program/command', 'suspect/login/open-session', 'suspect/suspect'],
    [
      [
        'a program that a signal ended counts as ended well',
        "? { kind: 'signalled' }",
        "? { kind: 'exited', code: 0, stderrHead: '' }",
      ],
      [
        'a session that was lost counts as ended well',
        "settle(state.exit?.() ?? { kind: 'cut-off', end: why, wasHeard })",
        "settle(state.exit?.() ?? { kind: 'exited', code: 0, stderrHead: '' })",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/session-end.ts',
    ['suspect/session-end', 'suspect/suspect'],
    [
      [
        'a lost session says that the budget ended',
        "  'contact-lost': {\n    because: 'contact-lost',",
        "  'contact-lost': {\n    because: 'deadline-passed',",
      ],
      [
        'a changed host key counts as an unknown one',
        "  'host-key-changed': {\n    because: 'host-key-changed',",
        "  'host-key-changed': {\n    because: 'host-key-unknown',",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/host-key/host-key.ts',
    ['suspect/host-key/host-key', 'suspect/suspect'],
    [
      [
        'a changed host key is taken',
        "      return 'host-key-changed'\n    case 'revoked'",
        "      return undefined\n    case 'revoked'",
      ],
      [
        'strict takes a new key',
        "policy === 'accept-new' ? undefined :",
        'policy !== undefined ? undefined :',
      ],
    ],
  ),
]

const knownHosts = [
  ...mutantsOf(
    'agent/base/file/file-lock.ts',
    ['base/file/file-lock', 'suspect/host-key/known-hosts-file'],
    [
      [
        'two processes write known keys at the same time',
        'if (await create(path, token)) return true',
        'if ((await create(path, token)) || token !== path) return true',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/host-key/known-hosts-file.ts',
    ['suspect/host-key/known-hosts-file'],
    [
      [
        'a file that cannot be read is written over',
        "  if (read.kind === 'unreadable') return 'failed'\n  const choice = choose(read.text)",
        "  const choice = choose(read.kind === 'read' ? read.text : '')",
      ],
    ],
  ),
]

const login = [
  ...mutantsOf(
    'agent/suspect/login/credentials.ts',
    ['suspect/login/credentials', 'suspect/suspect'],
    [
      [
        'a login for one network is offered in another',
        "if (!target.addresses.every(entry.isFor)) return 'login-divided'",
        '',
      ],
      [
        'the password of the request goes to the user of the entry',
        "user !== undefined || program === 'installed'",
        'user === undefined && program === undefined',
      ],
      [
        'our password goes along with the key of the request',
        'request.privateKey === undefined ? own.password : undefined',
        'own.password',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/base/net/name-pattern.ts',
    ['base/net/name-pattern'],
    [['a name that goes on behind its domain is of the domain', '&& name.endsWith(last)', '']],
  ),
  ...mutantsOf(
    'agent/base/file/secret-file.ts',
    ['base/file/secret-file'],
    [
      ['a key that everybody may read is taken', 'if (others !== 0 &&', 'if (others < 0 &&'],
      ['a key of any group is taken', 'others === 0o040 && isOwnGroup', 'others === 0o040'],
      [
        'a key of somebody else is taken',
        'if (stat.uid !== user && stat.uid !== 0)',
        'if (stat.uid < 0)',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/login/logins.ts',
    ['suspect/login/logins', 'compose/agent'],
    [
      [
        'a key that cannot be used is left out',
        'return faults.length > 0',
        'return faults.length < 0',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/program/run-program.ts',
    ['suspect/program/run-program', 'suspect/suspect'],
    [
      [
        'a suspect without a forced command gets a shell that reads stdin',
        "way === 'installed' ? installedCommand :",
        "way === 'installed' ? programCommand('as-login') :",
      ],
    ],
  ),
]

const neighbour = [
  ...mutantsOf(
    'agent/probe/neighbour-judge.ts',
    ['probe/neighbour', 'probe/probe'],
    [
      [
        'an entry that failed with an old link address is a proof',
        "  if (before.kind === 'known') return 'ask-again'\n",
        '',
      ],
      [
        'what a slow read tells is taken for younger than it is',
        'atLeastMs: fromMs - sinceMs',
        'atLeastMs: toMs - sinceMs',
      ],
      [
        'what the kernel has forgotten is waited for',
        "  if (now.kind === 'absent') return 'ask-again'\n",
        "  if (now.kind === 'absent') return 'wait'\n",
      ],
      [
        'an answer where nobody was known is passed over',
        "      if (round.wasUnknown) return 'answered'\n",
        '',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/probe/probe-on-link.ts',
    ['probe/probe', 'probe/stale-neighbour'],
    [
      [
        'a round in which the entry was taken away counts',
        "    if (judgement === 'unresolved' && open.isVoid()) return 'ask-again'\n",
        '',
      ],
      [
        'an entry that may have been confirmed in this fence is forgotten',
        "    if (judgement === 'unresolved' && course.isUndated) return 'no-proof'\n",
        '',
      ],
    ],
  ),
]

const report = [
  ...mutantsOf(
    'agent/base/text/line-cutter.ts',
    ['base/text/line-cutter'],
    [
      ['a line without its newline counts', 'const last = others.pop()', "const last = ''"],
      ['a line that is too long is cut to one that is not', 'lengthMax + 1', 'lengthMax'],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/program/program-end.ts',
    ['suspect/program/run-program', 'suspect/fence-session', 'suspect/lying-suspect'],
    [
      [
        'a login whose password has expired is tried in another way',
        'if (isSilent && isPasswordExpired(ended)) {',
        'if (isSilent && (false as boolean)) {',
      ],
      [
        'who was told his VMs and says nothing has never begun',
        "because === 'report-missing' && !isReady",
        "because === 'report-missing' && typeof isReady === 'boolean'",
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/report/report.ts',
    ['suspect/report/report'],
    [
      ['the report of another request counts', 'text.startsWith(tag))', "text.startsWith('PF1 '))"],
      ['a program of another version is believed', 'version !== String(protocolVersion)', 'false'],
      [
        'a report is heard on after a line that was wrong',
        'if (fault === undefined) takeText',
        'takeText',
      ],
      [
        'the count of the end line is not held against the lines',
        "line.count('lines') === count && left?.size === 0",
        'true',
      ],
      [
        'the report of a VM that was not asked for counts, or counts twice',
        ' || left?.delete(report.vm) !== true',
        ' || (left?.delete(report.vm), false)',
      ],
      [
        'a program that is ready twice is told its VMs twice',
        'if (left === undefined && count === 0) left',
        'if (count >= 0) left',
      ],
      [
        'a program that says that it failed is heard no more',
        "if (line.kind === 'fail') {",
        'if (line.kind === undefined) {',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/report/report-line.ts',
    ['suspect/report/report-line', 'suspect/report/report'],
    [
      [
        'lines may be missing in the middle',
        'given !== String(count) || ',
        'given === undefined || ',
      ],
      ['any value is taken', 'if (!pattern.test(value)) return undefined', ''],
      [
        'a line may have more than its keys',
        'if (pairs.length > keys.length) return undefined',
        '',
      ],
    ],
  ),
  ...mutantsOf(
    'agent/suspect/report/report-frame.ts',
    ['suspect/report/report', 'suspect/report/report-faults'],
    [
      ['a frame may have lost lines', " || end.count('lines') !== reader.taken()", ''],
      ['a look is taken for a fence', "begin.text('action') !== asked.action || ", ''],
      [
        'a count of living groups that the lines do not show is taken',
        'finalScan.living !== living.length || ',
        '',
      ],
      [
        'a count of doubts that the lines do not show is taken',
        '  if (!isListed(doubtful, finalScan)) return undefined\n',
        '',
      ],
      [
        'task lines may be missing',
        "if (line.count('tasks') !== tasks.length) return undefined",
        '',
      ],
    ],
  ),
]

export const edgeMutants = [
  ...dial,
  ...contact,
  ...ownSide,
  ...silence,
  ...afterContact,
  ...waysIn,
  ...useCase,
  ...session,
  ...knownHosts,
  ...login,
  ...neighbour,
  ...report,
]
