import { lightenSignals } from './light-signals.ts'
import { play } from './play.ts'
import { planOf } from './seeds.ts'
lightenSignals()
const [,, seed='1', from='1', n='100', log=''] = process.argv
const t0=process.cpuUsage(); let fences=0, bad=0
for (let w=Number(from); w<Number(from)+Number(n); w++) {
  const p = await play(planOf(Number(seed), w), log!=='')
  fences += p.counts.of('fences')
  if (log!=='') { console.log(p.log.join('\n')); console.log(JSON.stringify(p.counts.all())) }
  if (p.violations.length>0) { bad++; if (bad<25) console.log(w, p.violations.slice(0,2).map(v=>`${v.law} ${v.atMs.toFixed(1)} ${v.words}`).join(' | ').slice(0,400)) }
}
const c=process.cpuUsage(t0); console.log(fences, bad, (c.user+c.system)/1e6, 's cpu')
