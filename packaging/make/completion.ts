/** Completion for bash, made of the table of subcommands. */
import type { Subcommand } from '../../agent/cli/subcommand.ts'

export const bashCompletion = (subcommands: readonly Subcommand[]): string =>
  `# bash completion of peerfence, made of its table of subcommands
_peerfence() {
\tlocal word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} given
\tCOMPREPLY=()
\tcase $before in
\t${filesOf(subcommands).join(' | ')})
\t\tmapfile -t COMPREPLY < <(compgen -f -- "$word")
\t\treturn
\t\t;;
\tesac
\tgiven=" \${COMP_WORDS[*]:1:COMP_CWORD-1} "
\tcase $given in
${subcommands.map(branchOf).join('')}\t"  ") mapfile -t COMPREPLY < <(compgen -W '${firstWords(subcommands)}' -- "$word") ;;
${secondWords(subcommands)}\tesac
}
complete -F _peerfence peerfence
`

const branchOf = ({ name, options }: Subcommand): string => {
  const words = [...Object.keys(options), 'help'].map((option) => `--${option}`)
  return `\t" ${name} "*) mapfile -t COMPREPLY < <(compgen -W '${words.join(' ')}' -- "$word") ;;\n`
}

/** Options whose value is the name of a file. */
const filesOf = (subcommands: readonly Subcommand[]): readonly string[] => {
  const names = subcommands.flatMap(({ options }) =>
    Object.entries(options).flatMap(([name, { value }]) => (value === 'FILE' ? [`--${name}`] : [])),
  )
  return [...new Set(names)]
}

const firstWords = (subcommands: readonly Subcommand[]): string => {
  const words = subcommands.map(({ name }) => name.split(' ')[0] ?? name)
  return [...new Set(words), '--help', '--version'].join(' ')
}

/** `config` alone is no subcommand: what may follow it. */
const secondWords = (subcommands: readonly Subcommand[]): string => {
  const pairs = subcommands.map(({ name }) => name.split(' ')).filter(({ length }) => length > 1)
  const firsts = [...new Set(pairs.map(([first]) => first))]
  return firsts
    .map((first) => {
      const seconds = pairs.filter((pair) => pair[0] === first).map(([, second]) => second)
      return `\t" ${first} ") mapfile -t COMPREPLY < <(compgen -W '${seconds.join(' ')}' -- "$word") ;;\n`
    })
    .join('')
}
