import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { actions, optionOf, parameters } from '../../agent/cli/fence-agent/parameters.ts'
import { fillPage } from '../../packaging/make/roff.ts'
import { manWarnings } from '../fixtures/values/man.ts'
import { fenceAgentSubcommand } from '../../agent/cli/fence-agent/fence-agent.ts'

const release = { version: '1.2.0', date: new Date('2026-11-25T19:13:00Z') }
const page = fillPage(readFileSync('packaging/common/fence_peerfence.8', 'utf8'), release, {})
/** As people read it: words, without roff's requests. */
const text = page
  .replaceAll(/^\.[A-Z]+ ?/gm, '')
  .replaceAll(/\\f[A-Z]/g, '')
  .replaceAll('\\-', '-')
  .replaceAll(/\s+/g, ' ')

test('the man page has every action, parameter, letter and default, in the words of the agent', async (t) => {
  for (const action of actions)
    t.ok(page.includes(`\n.B ${optionOf(action).replace('-', '\\-')}\n`), action)
  for (const { name, short, obsoletes, help, more, default: byDefault } of parameters) {
    t.match(text, ` ${name}`)
    t.match(text, `, --${optionOf(name)}${short === undefined ? '' : `, -${short}`} `, name)
    if (obsoletes !== undefined) t.match(text, `Also ${obsoletes} , as it was called before.`)
    t.ok(text.toLowerCase().includes(help.toLowerCase()), help)
    if (byDefault !== undefined) t.match(text, `${help.slice(1)} (${byDefault}).`)
    if (more !== undefined) t.match(text, more)
  }
  t.match(fenceAgentSubcommand.about, 'status never ends with 2')
  t.match(page, /2, which of\n\.B status\nwould mean "off", is never used\./)
})

test('groff has nothing to say against it', { skip: manWarnings.skip }, async (t) => {
  const { stdout, stderr } = manWarnings.read(page)
  t.equal(stderr, '')
  t.match(stdout, /EXIT STATUS/)
})

test('the program that is installed as fence_peerfence hands over everything', async (t) => {
  const wrapper = readFileSync('packaging/common/fence_peerfence.sh', 'utf8')
  t.match(wrapper, /^#!\/bin\/sh\n(#.*\n)*exec \/usr\/bin\/peerfence fence-agent "\$@"\n$/)
})
