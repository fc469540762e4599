/** What this agent says of itself, in the XML that fence-agents' metadata.rng describes. Pure. */
import { actions, optionOf, parameters } from './parameters.ts'
import type { Parameter } from './parameters.ts'

const longDescription = `fence_peerfence makes sure that a VM is dead on the KVM hosts where it may run, by a peerfence agent on a healthy host.
off succeeds only where every one of these hosts was logged in to and no task of the VM's qemu is left there. A host that
does not answer, a VM that cannot be killed, and every doubt are failures, so that the next level of a topology (power,
storage) takes its turn. It does not start VMs: Pacemaker takes off for reboot, as this agent does not offer it. status
looks and kills nothing; it never says off, because a look is no proof.`

export const metadata = (): string => `<?xml version="1.0" ?>
<resource-agent name="fence_peerfence" shortdesc="Fence agent for VMs on KVM hosts, with proof of death" >
<longdesc>${escaped(longDescription)}</longdesc>
<vendor-url></vendor-url>
<parameters>
${parameters.map(elementsOf).join('')}</parameters>
<actions>
${actions.map((name) => `\t<action name="${name}" />\n`).join('')}</actions>
</resource-agent>
`

/** Under its own name, and under the one that it makes obsolete. */
const elementsOf = (parameter: Parameter): string => {
  const { name, obsoletes, isRequired = false } = parameter
  const required = `required="${isRequired ? 1 : 0}"`
  if (obsoletes === undefined) return element(parameter, `name="${name}" unique="0" ${required}`)
  return [
    element(parameter, `name="${obsoletes}" unique="0" ${required} deprecated="1"`),
    element(parameter, `name="${name}" unique="0" ${required} obsoletes="${obsoletes}"`),
  ].join('')
}

const element = (parameter: Parameter, attributes: string): string => {
  const { name, short, type, value, help, more } = parameter
  const option = `${optionOf(name)}${value === undefined ? '' : `=[${optionOf(name)}]`}`
  const mixed = short === undefined ? `--${option}` : `-${short}, --${option}`
  const byDefault = parameter.default === undefined ? '' : ` default="${parameter.default}"`
  return `\t<parameter ${attributes}>
\t\t<getopt mixed="${escaped(mixed)}" />
\t\t<content type="${type}"${byDefault} />
\t\t<shortdesc lang="en">${escaped(more === undefined ? help : `${help}. ${more}`)}</shortdesc>
\t</parameter>
`
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
