import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  type MeasureOptions,
  measureRows,
  type RowPlan,
  selectRows,
} from './measure/measure-rows.ts'
import { drawChart } from './report/draw-chart.ts'
import type { Progress } from './report/progress.ts'
import { showRows } from './report/show-rows.ts'
import { toJsonLine } from './report/to-json-line.ts'
import { isMet, type Row } from './row.ts'

/** What every benchmark takes. */
export interface BenchOptions {
  /** Print a line for each row as soon as it is there, instead of a table at the end. */
  readonly json?: true
  readonly quick?: true
  /** Length of a round. */
  readonly seconds?: number
  /** As {@link selectRows} takes them; default all. */
  readonly only?: readonly string[]
  /** Where to write a chart. */
  readonly svg?: string
  /** Whether a goal that was not met is a failure. */
  readonly check?: true
}

/** A benchmark that is ready to be measured. */
export interface RowRun<Bench> {
  /** Of the chart. */
  readonly title: string
  /** On what is measured, and how. */
  readonly caption: string
  readonly plans: readonly RowPlan<Bench>[]
  readonly bench: Bench
  readonly rounds: number
}

/** The rows that the options select; with `quick` nothing is promised, on so little data. */
export function plansOf<Bench>(
  plans: readonly RowPlan<Bench>[],
  { only, quick }: BenchOptions,
): readonly RowPlan<Bench>[] {
  const selected = selectRows(plans, only ?? [])
  return quick === true ? selected.map((plan) => ({ ...plan, goal: null })) : selected
}

/**
 * Measures rows and prints what it found.
 *
 * @returns what the process is to end with
 */
export async function runRows<Bench>(
  { title, caption, plans, bench, rounds }: RowRun<Bench>,
  { json, svg, check }: BenchOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const onStart: MeasureOptions['onStart'] = (plan, index) =>
    progress.show(`${index + 1} of ${plans.length}: ${plan.title}`)
  const rows: Row[] = []
  try {
    for await (const row of measureRows(plans, bench, { rounds, signal, onStart })) {
      rows.push(row)
      if (json) print(toJsonLine(row), progress)
    }
  } finally {
    // What was measured before something failed was measured all the same.
    if (!json) print(`${showRows(rows)}\n${caption}`, progress)
  }
  if (svg !== undefined) {
    await mkdir(dirname(svg), { recursive: true })
    await writeFile(svg, drawChart(title, rows, caption))
  }
  return check === true && rows.some((row) => isMet(row) === false) ? 1 : 0
}

function print(text: string, progress: Progress): void {
  progress.show('')
  process.stdout.write(`${text}\n`)
}
