import { test } from 'tap'
import { parseHostPort } from '../../../agent/base/net/host-port.ts'

test('hosts and ports as people write them', async (t) => {
  const rows: readonly (readonly [string, string | undefined, string | undefined, number?])[] = [
    ['10.0.0.1', undefined, '10.0.0.1', 22],
    ['KVM-1.example', undefined, 'kvm-1.example', 22],
    ['10.0.0.1:2222', undefined, '10.0.0.1', 2222],
    ['kvm-1', '2222', 'kvm-1', 2222],
    ['kvm-1:2222', '2222', 'kvm-1', 2222],
    ['kvm-1:2222', '22', undefined],
    ['fd77::11', undefined, 'fd77::11', 22],
    ['fd77::11', '2222', 'fd77::11', 2222],
    ['[fd77::11]', undefined, 'fd77::11', 22],
    ['[fd77::11]:2222', undefined, 'fd77::11', 2222],
    ['[10.0.0.1]:2222', undefined, '10.0.0.1', 2222],
    ['kvm-1:0', undefined, undefined],
    ['kvm-1:65536', undefined, undefined],
    ['kvm-1:', undefined, undefined],
    ['kvm-1:x', undefined, undefined],
    ['kvm-1', 'ssh', undefined],
    ['', undefined, undefined],
    ['-oProxyCommand=x', undefined, undefined],
    ['root@kvm-1', undefined, undefined],
  ]
  for (const [text, portText, host, port] of rows) {
    const expected = host === undefined ? undefined : { host, port }
    t.strictSame(parseHostPort(text, portText), expected, `${text} ${portText ?? ''}`)
  }
})
