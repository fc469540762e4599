import { test } from 'tap'
import { metadata } from '../../../agent/cli/fence-agent/metadata.ts'
import { actions, parameters } from '../../../agent/cli/fence-agent/parameters.ts'

test('it names every parameter and action, and offers nothing that starts a VM', async (t) => {
  const xml = metadata()
  for (const { name, obsoletes = name } of parameters) {
    t.ok(xml.includes(`<parameter name="${name}" `), name)
    t.ok(xml.includes(`<parameter name="${obsoletes}" `), obsoletes)
  }
  for (const action of actions) t.ok(xml.includes(`<action name="${action}" />`), action)
  t.notMatch(xml, /<action name="(on|reboot)"/)
  t.match(xml, /name="plug" unique="0" required="1" obsoletes="port"/)
  t.match(xml, /-n, --plug=\[plug\]/)
  t.match(xml, /name="unreachable_is_off"[^]*?type="boolean" default="0"[^]*?DANGEROUS/)
  t.notMatch(xml, /password=|passwd/)
})
