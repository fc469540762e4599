import { test } from 'tap'
import {
  answerHeaders,
  callbackRules,
  parseCallbackHeaders,
} from '../../../agent/contract/request/callback-headers.ts'
import { tableUnder, word } from '../../fixtures/values/contract-page.ts'

const taskuuid = '0123456789abcdef0123456789abcdef'
const callbackurl = 'http://10.0.0.1:8080/zstack/asyncrest/callback'

test('with neither header the answer is the response', async (t) => {
  t.same(parseCallbackHeaders({ host: 'peer', commandpath: '/x' }), { kind: 'now' })
})

test('with both it is sent later', async (t) => {
  t.match(parseCallbackHeaders({ taskuuid, callbackurl }), {
    kind: 'later',
    ask: { task: taskuuid, url: callbackurl },
    destination: { address: '10.0.0.1', port: 8080 },
  })
  const task = `a-Z_${'9'.repeat(60)}`
  t.match(parseCallbackHeaders({ taskuuid: task, callbackurl }), { ask: { task } }, 'the longest')
})

test('one alone and one that breaks its rule are refused by name, without their value', async (t) => {
  const rows: readonly (readonly [string, object, string, string])[] = [
    ['only a task', { taskuuid }, 'callbackurl', 'FENCE_FIELD_MISSING'],
    ['only a url', { callbackurl }, 'taskuuid', 'FENCE_FIELD_MISSING'],
    ['an empty task', { taskuuid: '', callbackurl }, 'taskuuid', 'FENCE_FIELD_INVALID'],
    [
      'a task with a dot',
      { taskuuid: 'planted.x', callbackurl },
      'taskuuid',
      'FENCE_FIELD_INVALID',
    ],
    [
      'a task too long',
      { taskuuid: 'x'.repeat(65), callbackurl },
      'taskuuid',
      'FENCE_FIELD_INVALID',
    ],
    ['two tasks', { taskuuid: `${taskuuid}, x`, callbackurl }, 'taskuuid', 'FENCE_FIELD_INVALID'],
    ['a list', { taskuuid: [taskuuid], callbackurl }, 'taskuuid', 'FENCE_FIELD_INVALID'],
    ['an empty url', { taskuuid, callbackurl: '' }, 'callbackurl', 'FENCE_FIELD_INVALID'],
    [
      'a host name',
      { taskuuid, callbackurl: 'http://planted.example/' },
      'callbackurl',
      'FENCE_FIELD_INVALID',
    ],
    ['two urls', { taskuuid, callbackurl: [callbackurl] }, 'callbackurl', 'FENCE_FIELD_INVALID'],
  ]
  for (const [title, headers, field, code] of rows) {
    const asked = parseCallbackHeaders(headers as Record<string, string>)
    t.match(asked, { kind: 'refused', refusal: { code, field } }, title)
    t.notMatch(JSON.stringify(asked), /planted|10\.0/, title)
    t.match(JSON.stringify(asked), callbackRules[field as keyof typeof callbackRules], title)
  }
})

test('the answer bears its task, its character set and its length', async (t) => {
  t.strictSame(answerHeaders('t-1', '10.0.0.1:8080', '{"a":1}'), {
    host: '10.0.0.1:8080',
    taskuuid: 't-1',
    'content-type': 'application/json; charset=utf-8',
    'content-length': '7',
    connection: 'close',
  })
})

test('the contract page lists both headers with their rules', async (t) => {
  const listed = tableUnder('## An answer later').map(([header, rule]) => [word(header), rule])
  t.strictSame(listed, Object.entries(callbackRules))
})
