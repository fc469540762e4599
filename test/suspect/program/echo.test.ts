import { test } from 'tap'
import { createEchoWatch } from '../../../agent/suspect/program/echo.ts'

const sent = 'IFS= read -r -N 7 program && eval "$program"\nthe rest\nready\n'

test('the first line that was sent comes back from a terminal alone', async (t) => {
  t.equal(createEchoWatch(sent)(`bash-5.2# ${sent.replaceAll('\n', '\r\n')}`), 'terminal-given')
  const inPieces = createEchoWatch(sent)
  t.equal(inPieces('Welcome\r\n\x1b[?2004hbash# IFS= read -r'), undefined)
  t.equal(inPieces(' -N 7 program && eval "$prog'), undefined)
  t.equal(inPieces('ram"\r'), 'terminal-given')
  const noise = createEchoWatch(sent)
  for (const text of ['the rest\n', 'IFS= read -r -N 8 program\n', '']) {
    t.equal(noise(text), undefined, text)
  }
})
