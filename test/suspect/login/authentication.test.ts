import type { AuthContext } from 'ssh2'
import { test } from 'tap'
import { createAuthentication } from '../../../agent/suspect/login/authentication.ts'
import { openOn } from '../../fixtures/servers/open-session.ts'
import type { SessionOptions } from '../../fixtures/servers/open-session.ts'
import { generateKey, startSuspectHost } from '../../fixtures/servers/suspect-host.ts'
import type { SuspectHostOptions } from '../../fixtures/servers/suspect-host.ts'

const good = generateKey()
const rsa = generateKey('rsa')
const bad = generateKey()

const isKey = (context: AuthContext, ...keys: readonly (typeof good)[]): boolean =>
  context.method === 'publickey' && keys.some((key) => key.publicKey.equals(context.key.data))

test('what is offered, and what comes of it', async (t) => {
  type Row = readonly [
    string,
    'open' | 'login-refused',
    readonly string[],
    NonNullable<SuspectHostOptions['login']>,
    SessionOptions,
  ]
  const rows: readonly Row[] = [
    [
      'the right key logs in',
      'open',
      ['publickey', 'publickey'],
      (context) => (isKey(context, good) ? context.accept() : context.reject()),
      { privateKey: good.privateText },
    ],
    [
      'an RSA key logs in, by SHA-2',
      'open',
      ['publickey', 'publickey'],
      (context) => {
        // The question names no hash yet; the signature does.
        const isShaOne = context.method === 'publickey' && context.hashAlgo === undefined
        if (isKey(context, rsa) && !isShaOne) context.accept()
        else context.reject()
      },
      { privateKey: rsa.privateText },
    ],
    [
      'the second of the agent’s keys logs in',
      'open',
      ['publickey', 'publickey', 'publickey'],
      (context) => (isKey(context, good) ? context.accept() : context.reject(['publickey'])),
      { identityKeys: [bad.privateText, good.privateText] },
    ],
    [
      'a wrong key alone is refused',
      'login-refused',
      ['publickey'],
      (context) => context.reject(['publickey', 'password']),
      { privateKey: bad.privateText },
    ],
    [
      'an unknown user is refused whatever is offered',
      'login-refused',
      ['publickey', 'password', 'keyboard-interactive'],
      (context) => context.reject(['publickey', 'password', 'keyboard-interactive']),
      { user: 'nobody', privateKey: bad.privateText, password: 'secret' },
    ],
    [
      'the password follows the key',
      'open',
      ['publickey', 'password'],
      (context) =>
        context.method === 'password' && context.password === 'secret'
          ? context.accept()
          : context.reject(['password']),
      { privateKey: bad.privateText, password: 'secret' },
    ],
    [
      'a suspect that takes keys only never sees the password',
      'login-refused',
      ['publickey'],
      (context) => context.reject(['publickey']),
      { privateKey: bad.privateText, password: 'secret' },
    ],
    [
      'a key and then a password, both needed',
      'open',
      ['publickey', 'publickey', 'password'],
      (context) => {
        if (context.method === 'password') context.accept()
        else if (context.method === 'publickey' && context.signature !== undefined) {
          context.reject(['password'], true)
        } else context.accept()
      },
      { privateKey: good.privateText, password: 'secret' },
    ],
    [
      'every prompt is answered with the password',
      'open',
      ['password', 'keyboard-interactive'],
      (context) => {
        if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive'])
        else {
          context.prompt(['Password: ', 'Again: '], (answers) => {
            if (answers.join() === 'secret,secret') context.accept()
            else context.reject()
          })
        }
      },
      { password: 'secret' },
    ],
    [
      'a second round of prompts is a refusal, and gets no answer',
      'login-refused',
      ['password', 'keyboard-interactive'],
      (context) => {
        if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive'])
        else {
          context.prompt('Password: ', () => {
            context.prompt('One-time code: ', () => {
              t.fail('it was answered')
            })
          })
        }
      },
      { password: 'secret' },
    ],
    [
      'a round without prompts is no round',
      'open',
      ['password', 'keyboard-interactive'],
      (context) => {
        if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive'])
        else {
          context.prompt([], () => {
            context.prompt('Password: ', (answers) => {
              if (answers[0] === 'secret') context.accept()
              else context.reject()
            })
          })
        }
      },
      { password: 'secret' },
    ],
  ]
  for (const [sentence, end, tried, login, options] of rows) {
    const host = await startSuspectHost(t, { login })
    const opened = await openOn(host.port, options)
    t.equal(opened.kind === 'ended' ? opened.end : 'open', end, sentence)
    t.strictSame(host.tried, tried, `${sentence}: what was tried`)
    if (opened.kind === 'open') opened.session.close()
  }
})

test('no credential leaves when the host key is not admitted, or that breaks', async (t) => {
  const nothing = () => {
    t.fail('something was offered')
  }
  const handler = (admit: () => Promise<boolean>, broken: () => void) =>
    createAuthentication(
      'root',
      { keys: [], password: 'secret' },
      { admit, broken, refused: nothing },
    )
  handler(() => Promise.resolve(false), nothing)(null, null, nothing)
  await new Promise<void>((resolve) => {
    handler(() => Promise.reject(new Error('the disk')), resolve)(null, null, nothing)
  })
})

test('a client that breaks while it is offering is told of', async (t) => {
  await new Promise<void>((resolve) => {
    const handler = createAuthentication(
      'root',
      { keys: [], password: 'secret' },
      {
        admit: () => Promise.resolve(true),
        broken: resolve,
        refused: () => {
          t.fail('it was not refused')
        },
      },
    )
    handler(null, null, () => {
      throw new Error('not connected')
    })
  })
})
