import { test } from 'tap'
import { questionOf } from '../../agent/cli/fence-question.ts'
import { vmHex } from '../fixtures/values/fence-records.ts'
import { args } from '../fixtures/worlds/command-line.ts'

test('every option becomes its field', async (t) => {
  t.match(questionOf(args({}, vmHex, 'kvm-7')), {
    kind: 'question',
    question: { vmUuid: vmHex, targetHostIp: 'kvm-7' },
  })
  const all = {
    also: '10.1.0.7,fd00::7',
    'host-uuid': 'u-7',
    user: 'ops',
    port: '2222',
    timeout: '9',
  }
  t.match(questionOf(args(all, vmHex, '10.0.0.7')), {
    kind: 'question',
    question: {
      vmUuid: vmHex,
      targetHostIp: '10.0.0.7',
      targetHostUuid: 'u-7',
      targetHostAddresses: ['10.1.0.7', 'fd00::7'],
      targetHostUsername: 'ops',
      targetHostSshPort: 2222,
      sshTimeoutSec: 9,
    },
    request: { budgetMs: 9000, suspect: { port: 2222, user: 'ops', hostUuid: 'u-7' } },
  })
})

test('a port behind the host and a time with its unit are understood', async (t) => {
  const rows = [
    [
      '10.0.0.7:2222',
      '5m',
      { targetHostIp: '10.0.0.7', targetHostSshPort: 2222, sshTimeoutSec: 300 },
    ],
    ['[fd00::7]:23', '90s', { targetHostIp: 'fd00::7', targetHostSshPort: 23, sshTimeoutSec: 90 }],
    ['fd00::7', '7', { targetHostIp: 'fd00::7', targetHostSshPort: undefined, sshTimeoutSec: 7 }],
    ['kvm-7:2222', '1m', { targetHostIp: 'kvm-7', targetHostSshPort: 2222 }],
  ] as const
  for (const [host, timeout, question] of rows) {
    t.match(questionOf(args({ timeout }, vmHex, host)), { kind: 'question', question }, host)
  }
  const same = questionOf(args({ port: '2222' }, vmHex, 'kvm-7:2222'))
  t.match(same, { question: { targetHostIp: 'kvm-7', targetHostSshPort: 2222 } })
})

test('what breaks a rule is told by its own name, with the rule and without the value', async (t) => {
  const rows: readonly (readonly [Record<string, string>, readonly string[], RegExp])[] = [
    [{}, [], /^VM and HOST are missing$/],
    [{}, [vmHex], /^VM and HOST are missing$/],
    [{}, ['web-1', '10.0.0.7'], /^VM has to be a uuid: .*32 hexadecimal.*virsh list --all --uuid/],
    [{}, ['10.0.0.7', vmHex], /^VM and HOST are the other way round/],
    [{}, ['10.0.0.7:22', vmHex], /^VM and HOST are the other way round/],
    [{}, [vmHex, 'root@10.0.0.7'], /^HOST has to be without a user: that is --user$/],
    [{ port: '23' }, [vmHex, '10.0.0.7:22'], /^HOST and --port name two ports$/],
    [{ timeout: '6m' }, [vmHex, '10.0.0.7'], /^--timeout has to be an integer from 1 to 300$/],
    [{ timeout: '5h' }, [vmHex, '10.0.0.7'], /^--timeout has to be/],
    [{}, [vmHex, '10.0.0.7:0'], /^HOST has to be a string with an IPv4 address/],
    [{}, [vmHex, '10.0.0.7:99999'], /^HOST has to be/],
    [{}, [vmHex, '10.0.0.999'], /^HOST has to be a string with an IPv4 address/],
    [{}, [vmHex, 'x'.repeat(300)], /^HOST has to be/],
    [{ also: '10.0.0.8,,' }, [vmHex, '10.0.0.7'], /^--also has to be an array of at most 8/],
    [{ also: '10.0.0.8,10.0.0.8' }, [vmHex, '10.0.0.7'], /^--also has to be .* different/],
    [{ port: '0' }, [vmHex, '10.0.0.7'], /^--port has to be an integer from 1 to 65535$/],
    [{ port: '2e1' }, [vmHex, '10.0.0.7'], /^--port has to be/],
    [{ timeout: '301' }, [vmHex, '10.0.0.7'], /^--timeout has to be an integer from 1 to 300$/],
    [{ timeout: '' }, [vmHex, '10.0.0.7'], /^--timeout has to be/],
    [{ user: '-oProxyCommand' }, [vmHex, '10.0.0.7'], /^--user has to be/],
    [{ 'host-uuid': 'a b' }, [vmHex, '10.0.0.7'], /^--host-uuid has to be/],
  ]
  for (const [options, operands, message] of rows) {
    t.match(questionOf(args(options, ...operands)), { kind: 'misused', message })
  }
})
