import { execFileSync } from 'node:child_process'
import { test } from 'tap'
import { subcommands } from '../../../agent/cli/subcommands.ts'
import { bashCompletion } from '../../../packaging/make/completion.ts'

const script = bashCompletion(subcommands)

/** What bash offers where these words stand and TAB is pressed at the end of the last one. */
const offered = (...words: readonly string[]): readonly string[] => {
  const ask = `${script}
    COMP_WORDS=(peerfence "$@") COMP_CWORD=$#
    _peerfence && printf '%s\\n' "\${COMPREPLY[@]}"`
  const text = execFileSync('bash', ['-c', ask, 'bash', ...words], { encoding: 'utf8' })
  return text.split('\n').filter((line) => line !== '')
}

test('it offers every subcommand, and every option of one', async (t) => {
  const first = offered('')
  for (const { name, options } of subcommands) {
    const [word = '', ...rest] = name.split(' ')
    t.ok(first.includes(word), name)
    if (rest.length > 0) t.ok(offered(word, '').includes(rest.join(' ')), name)
    const all = Object.keys(options).map((option) => `--${option}`)
    t.same(offered(...name.split(' '), '--').toSorted(), [...all, '--help'].toSorted(), name)
  }
  t.same(offered('--v'), ['--version'])
  t.same(offered('config', 'c'), ['check'])
})

test('it offers files where a file is due', async (t) => {
  const folder = t.testdir({ 'one.json': '', 'two.json': '' })
  t.same(offered('serve', '--config', `${folder}/o`), [`${folder}/one.json`])
  t.same(offered('serve', '--listen', 'x'), [], 'and none where an address is')
})
