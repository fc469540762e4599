/**
 * The grammar of a configuration file: JSON, with `#` comments and commas behind the last entry.
 * A property that stands there twice is a fault: JSON itself would drop the first without a word.
 */
import { CST, Lexer, LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'

export interface TextPlace {
  /** Both count from 1. */
  readonly line: number
  readonly column: number
}

export interface TextFault {
  readonly place: TextPlace
  /** In words of ours: nothing of the text is in it, for a wrong file may be a key. */
  readonly rule: string
}

export interface ConfigText {
  /** Undefined where the text has no value. */
  readonly value: unknown
  readonly faults: readonly TextFault[]
  /** Where the value of a JSON path (`/http/listeners`) stands; undefined for one that does not. */
  readonly placeOf: (path: string) => TextPlace | undefined
}

/** The file itself is 1, a listener's tls is 5: far more than a configuration has. */
const depthMax = 16

/** Never throws, and costs time in proportion to the text: it was cut to a bound by its reader. */
export const parseConfigText = (text: string): ConfigText => {
  const lines = new LineCounter()
  const place = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const foreign = foreignOf(text)
  // What is not of JSON is not even parsed: YAML has ways to say one thing in many places.
  const document = parseDocument(foreign === undefined ? text : '', {
    schema: 'json',
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  })
  if (foreign !== undefined) {
    const before = text.slice(0, foreign.offset)
    const column = foreign.offset - before.lastIndexOf('\n')
    const at = { line: before.split('\n').length, column }
    return { value: undefined, faults: [{ place: at, rule: foreign.rule }], placeOf: () => at }
  }
  const { errors } = document
  const isBroken = errors.some(({ code }) => code !== 'DUPLICATE_KEY') || document.contents === null
  return {
    value: isBroken ? undefined : document.toJS({ maxAliasCount: 0 }),
    faults: [
      ...errors.map(({ code, pos }) => ({ place: place(pos[0]), rule: ruleOf(code) })),
      ...(document.contents === null ? [{ place: place(0), rule: 'it holds nothing' }] : []),
    ],
    placeOf: (path) => {
      const offset = offsetOf(document, path)
      return offset === undefined ? undefined : place(offset)
    },
  }
}

/** The tokens that JSON has, and the comments that it has not. */
const tokensOfJson: ReadonlySet<string | null> = new Set([
  'byte-order-mark',
  'doc-mode',
  'newline',
  'space',
  'comma',
  'comment',
  'map-value-ind',
  'flow-map-start',
  'flow-map-end',
  'flow-seq-start',
  'flow-seq-end',
  'flow-error-end',
  'double-quoted-scalar',
  // It announces a plain scalar, which has no type itself.
  'scalar',
  null,
])

/** Marks of the lexer that stand for no text. */
const marks: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR])

interface Foreign {
  readonly offset: number
  readonly rule: string
}

/** The first thing that is not JSON, or the one that nests it too deeply. */
const foreignOf = (text: string): Foreign | undefined => {
  let [offset, depth] = [0, 0]
  for (const source of new Lexer().lex(text)) {
    const type = CST.tokenType(source)
    if (type === 'flow-map-start' || type === 'flow-seq-start') depth += 1
    if (type === 'flow-map-end' || type === 'flow-seq-end') depth -= 1
    const isMark = marks.has(source)
    const rule =
      depth > depthMax
        ? `it is nested more than ${depthMax} deep`
        : foreignRule(type, source, depth < 1 && !isMark)
    if (rule !== undefined) return { offset, rule }
    offset += isMark ? 0 : source.length
  }
  return undefined
}

const foreignRule = (
  type: string | null,
  source: string,
  isOutside: boolean,
): string | undefined => {
  if (!tokensOfJson.has(type)) return 'it breaks the grammar of JSON (comments begin with #)'
  if (type === 'double-quoted-scalar' && source.includes('\n')) {
    return 'a text has to end on the line on which it begins'
  }
  return isOutside && (type === 'map-value-ind' || type === null)
    ? 'the file has to be one object in braces'
    : undefined
}

const ruleOf = (code: string): string => {
  if (code === 'DUPLICATE_KEY') return 'this property stands there twice: write it once'
  return code === 'TAG_RESOLVE_FAILED'
    ? 'it has to be a number, true, false, null, or a text in double quotes'
    : 'it breaks the grammar of JSON (comments begin with #)'
}

const offsetOf = (document: Document.Parsed, path: string): number | undefined => {
  const steps = path.split('/').slice(1)
  const node: unknown = steps.length === 0 ? document.contents : document.getIn(steps, true)
  const range: unknown = Reflect.get(Object(node), 'range')
  const [offset] = Array.isArray(range) ? (range as readonly unknown[]) : []
  return typeof offset === 'number' ? offset : undefined
}
