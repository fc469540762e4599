import { test } from 'tap'
import { doubts } from '../../../agent/domain/verdict.ts'
import {
  isRefusedRequest,
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
