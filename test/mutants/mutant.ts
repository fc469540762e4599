/** One way to break what guards a verdict, and the tests that have to notice. */
export interface Mutant {
  /** What the broken program does: the bug report. */
  readonly name: string
  /** Relative to the root of the repository. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Built test files, without `build/test/` and `.test.js`; those of `lab/` run in a lab. */
  readonly tests: readonly string[]
}

/** A table row: name, find, replace. The file and the tests are those of the table. */
export type Row = readonly [name: string, find: string, replace: string]

export const mutantsOf = (
  file: string,
  tests: readonly string[],
  rows: readonly Row[],
): readonly Mutant[] => rows.map(([name, find, replace]) => ({ name, file, find, replace, tests }))
