import { test } from 'tap'
import { doubts } from '../../../agent/domain/verdict.ts'
import {
  isPasswordExpired,
  isRefusedRequest,
  isSudoBarred,
  silentDoubt,
  sudoDetail,
} from '../../../agent/suspect/program/no-report.ts'

test('whatever code and words come without a report, the doubt is one of four', async (t) => {
  const words = [
    '',
    'sudo: a password is required',
    'sudo: x: command not found',
    'fence-vms: oops',
  ]
  for (let code = 0; code < 256; code += 1) {
    for (const stderrHead of words) {
      const { because, detail } = silentDoubt({ code, stderrHead })
      if (!doubts.includes(because) || /oops/.test(detail)) t.fail(`${code} ${stderrHead}`)
    }
  }
  t.equal(silentDoubt({ code: 0, stderrHead: '' }).because, 'program-missing')
})

test('a refused request is known behind the noise of a login, and by nothing else', async (t) => {
  t.ok(isRefusedRequest({ stderrHead: 'no newlinefence-vms: request refused: line 3' }))
  t.notOk(isRefusedRequest({ stderrHead: 'bash: /usr/libexec/peerfence/fence-vms: not found' }))
})

test('what sudo says', async (t) => {
  t.match(sudoDetail('sudo: a terminal is required to read the password'), /asks this user/)
  t.match(sudoDetail('sudo: sorry, you must have a tty to run sudo'), /requiretty/)
  t.match(sudoDetail('bash: line 1: sudo: command not found'), /not installed/)
  t.match(sudoDetail('secret words'), /starts nothing/)
})

test('a sudo that is granted and bars the login says why', async (t) => {
  for (const [stderrHead, words] of [
    ['sudo: sorry, you must have a tty to run sudo', /requiretty/],
    ['sudo: Account or password is expired, reset your password and try again', /expired/],
    ['sudo: account expired or PAM config lacks an "account" section for sudo', /expired/],
  ] as const) {
    t.ok(isSudoBarred({ code: 1, stderrHead }), stderrHead)
    t.match(sudoDetail(stderrHead), words)
    t.match(silentDoubt({ code: 1, stderrHead }), { because: 'sudo-refused', detail: words })
  }
  t.notOk(isSudoBarred({ code: 1, stderrHead: 'sudo: a password is required' }))
})

test('what sshd says of an expired password', async (t) => {
  for (const stderrHead of [
    'WARNING: Your password has expired.\nPassword change required but no TTY available.\n',
    'You are required to change your password immediately (administrator enforced).\n',
  ]) {
    t.ok(isPasswordExpired({ code: 1, stderrHead }), stderrHead)
  }
  t.notOk(isPasswordExpired({ code: 1, stderrHead: 'bash: not found' }))
})
