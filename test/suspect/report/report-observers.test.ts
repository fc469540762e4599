import { test } from 'tap'
import { someVm } from '../../fixtures/values/evidence.ts'
import { readLines } from '../../../agent/suspect/report/line-reader.ts'
import { parseLine } from '../../../agent/suspect/report/report-line.ts'
import type { ReportLine } from '../../../agent/suspect/report/report-line.ts'
import { readObservers } from '../../../agent/suspect/report/report-observers.ts'
import { reportBodies } from '../../fixtures/values/report-text.ts'

const lines: readonly ReportLine[] = reportBodies(someVm)
  .filter((body) => /^(?:helpers|uring|storage|sockets|page-cache) /.test(body))
  .flatMap((body) => parseLine(`1 ${body}`.split(' '), 1) ?? [])

test('each observer has its line', async (t) => {
  t.match(readObservers(readLines(lines)), {
    helpers: { state: 'none', policy: 'refuse' },
    io: { uring: 'none', drained: 'not-needed', devices: 'not-needed', sockets: 'none' },
    storage: { kind: 'local', fileSystems: ['block'], pageCache: 'none', policy: 'report' },
  })
})

test('without one of them there is no word of any', async (t) => {
  for (const missing of lines.keys()) {
    t.equal(readObservers(readLines(lines.filter((_, index) => index !== missing))), undefined)
  }
})
