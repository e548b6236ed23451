import { expect, test } from 'vitest'
import { drawChart } from '../src/report/draw-chart.ts'
import { logScale } from '../src/report/log-scale.ts'
import { showRows } from '../src/report/show-rows.ts'
import { toJsonLine } from '../src/report/to-json-line.ts'
import { isMet, type Row } from '../src/row.ts'

const fast: Row = {
  name: 'get',
  title: 'get & go',
  unit: 'ops/s',
  goal: { figure: 'ratio', is: 'at least', bound: 1.7 },
  ours: 21_000,
  other: 10_000,
  ratio: 2.1,
  low: 1.9,
  high: 2.345_678,
}
const slow: Row = {
  name: 'list',
  title: 'list',
  unit: 'µs',
  goal: { figure: 'ratio', is: 'under', bound: 1.2 },
  ours: 130,
  other: 100,
  ratio: 1.3,
  low: 1.1,
  high: 1.5,
}
const lean: Row = {
  name: 'stream',
  title: 'stream',
  unit: 'MiB',
  goal: { figure: 'ours', is: 'under', bound: 64 },
  ours: 40,
  other: 100,
  ratio: 0.4,
  low: 0.3,
  high: 0.7,
}
const dense: Row = {
  name: 'idle',
  title: 'idle',
  unit: 'per GiB',
  goal: { figure: 'ours', is: 'at least', bound: 70 },
  ours: 71,
  other: 80,
  ratio: 0.9,
  low: 0.8,
  high: 1,
}
const near: Row = { ...slow, goal: { figure: 'ratio', is: 'at most', bound: 1.3 } }
const free: Row = { ...slow, name: 'growth', title: 'growth', goal: null }
const skipped: Row = {
  name: 'absent',
  title: 'absent',
  unit: 'ops/s',
  goal: { figure: 'ratio', is: 'at least', bound: 1 },
  skipped: 'there is no pgbench',
}

test('a goal is met by more calls, by less time, and by less memory', () => {
  expect([fast, slow, lean, free, skipped].map(isMet)).toEqual([true, false, true, null, false])
  expect(isMet({ ...fast, ratio: 1.7 })).toBe(true)
  expect(isMet({ ...fast, ratio: 1.69 })).toBe(false)
  expect(isMet({ ...slow, ratio: 1.2 })).toBe(false)
  expect(isMet({ ...lean, ours: 64 })).toBe(false)
  expect([dense, { ...dense, ours: 69 }].map(isMet)).toEqual([true, false])
  expect([near, { ...near, ratio: 1.31 }].map(isMet)).toEqual([true, false])
})

test('a row for programs has four digits, and nulls where there is nothing', () => {
  expect(toJsonLine(fast)).toBe(
    '{"name":"get","ours":21000,"other":10000,"unit":"ops/s","ratio":2.1,"low":1.9,"high":2.346,"goal":1.7,"met":true}',
  )
  expect(JSON.parse(toJsonLine(free))).toMatchObject({ goal: null, met: null })
  expect(toJsonLine(skipped)).toBe(
    '{"name":"absent","ours":null,"other":null,"unit":"ops/s","ratio":null,"low":null,"high":null,"goal":1,"met":false,"skipped":"there is no pgbench"}',
  )
})

test('the table shows figures, goals, and why a row was skipped', () => {
  const table = showRows([fast, slow, lean, dense, near, skipped])
  expect(table).toMatch(
    /get .*get & go.*21,000.*10,000.*ops\/s.*2\.10x.*1\.90 – 2\.35.*≥ 1\.7x.*yes/,
  )
  expect(table).toMatch(/list.*1\.30x.*< 1\.2x.*NO/)
  expect(table).toMatch(/stream.*< 64 MiB.*yes/)
  expect(table).toMatch(/idle.*≥ 70 per GiB.*yes/)
  expect(table).toMatch(/list.*≤ 1\.3x.*yes/)
  expect(table).toContain('the median of the ratios of two rounds')
  expect(table).toMatch(/absent was skipped: there is no pgbench$/)
})

test('the axis of the chart reaches from a power of two to a power of two around all ratios', () => {
  const { ticks, position } = logScale([0.3, 5])
  expect(ticks).toEqual([0.25, 0.5, 1, 2, 4, 8])
  expect([0.25, 1, 8].map(position)).toEqual([0, 0.4, 1])
})

test('the chart has a bar for each row that was measured, and is XML', () => {
  const chart = drawChart('Store', [fast, slow, lean, free, skipped], 'on < 2 cores')
  expect(chart).toContain('get &amp; go')
  expect(chart).toContain('on &lt; 2 cores')
  // One more of each kind is in the legend.
  expect(chart.match(/<rect class="met"/g)).toHaveLength(3)
  expect(chart.match(/<rect class="missed"/g)).toHaveLength(2)
  expect(chart.match(/<rect class="plain"/g)).toHaveLength(2)
  expect(chart).toContain("Store: calls a second, ours / the other's. More is better.")
  expect(chart).toContain("Store: time or memory, ours / the other's. Less is better.")
  expect(chart).not.toMatch(/NaN|undefined|Infinity/)
})
