import { test } from 'tap'
import { createRegistry } from '../../agent/metrics/registry.ts'
import { readMetrics } from '../fixtures/values/prometheus-text.ts'

test('counters, gauges and histograms in the text format', async (t) => {
  const registry = createRegistry()
  const total = registry.counter<'code'>('a_total', 'What it counts.', [{ code: 'X' }])
  total.add({ code: 'Y' })
  total.add({ code: 'Y' }, 2)
  const plain = registry.counter('b_total', 'Plain.')
  plain.add({})
  let value: number | undefined = 7
  registry.gauge('c', 'A gauge.', () => value)
  registry.info('e', 'Words.', { version: '1' })
  const times = registry.histogram<'phase'>('d_seconds', 'Times.', [0.1, 1])
  for (const seconds of [0.05, 0.1, 0.5, 5, Number.NaN, Infinity]) {
    times.observe({ phase: 'run' }, seconds)
  }
  const text = registry.text()
  t.equal(
    text,
    `# HELP a_total What it counts.
# TYPE a_total counter
a_total{code="X"} 0
a_total{code="Y"} 3
# HELP b_total Plain.
# TYPE b_total counter
b_total 1
# HELP c A gauge.
# TYPE c gauge
c 7
# HELP e Words.
# TYPE e gauge
e{version="1"} 1
# HELP d_seconds Times.
# TYPE d_seconds histogram
d_seconds_bucket{phase="run",le="0.1"} 2
d_seconds_bucket{phase="run",le="1"} 3
d_seconds_bucket{phase="run",le="+Inf"} 4
d_seconds_sum{phase="run"} 5.65
d_seconds_count{phase="run"} 4
`,
  )
  t.equal(readMetrics(text.replaceAll('"+Inf"', '"Inf"')).size, 5)
  value = undefined
  t.notMatch(registry.text(), /^# (HELP|TYPE) c /m, 'what has nothing to tell is not there')
})

test('a label and a help cannot break out of their line', async (t) => {
  const registry = createRegistry()
  const total = registry.counter<'code'>('a_total', 'one\ntwo \\ three')
  total.add({ code: 'x"} 1\na_total{code="y\\' })
  t.equal(
    registry.text(),
    String.raw`# HELP a_total one\ntwo \\ three
# TYPE a_total counter
a_total{code="x\"} 1\na_total{code=\"y\\"} 1
`,
  )
})
