import { availableParallelism } from 'node:os'
import { measureRows, type RowPlan, selectRows } from '../measure/measure-rows.ts'
import { Progress } from '../report/progress.ts'
import { showRows } from '../report/show-rows.ts'
import { toJsonLine } from '../report/to-json-line.ts'
import { isMet, type Row } from '../row.ts'
import { type BenchContext, fullSizes, quickSizes } from './bench-context.ts'
import { BenchDatabases } from './bench-databases.ts'
import { openBenchServer } from './bench-server.ts'
import { growthRows } from './growth-rows.ts'
import { listRows } from './list-rows.ts'
import { peerRows } from './peer-rows.ts'
import { pgbenchRows } from './pgbench-rows.ts'
import { streamRows } from './stream-rows.ts'

export interface BenchPostgresOptions {
  readonly json?: true
  readonly quick?: true
  readonly seconds?: number
  readonly only?: readonly string[]
  readonly postgresUrl?: string
  readonly check?: true
  readonly signal: AbortSignal
}

const fullRun = { rounds: 5, seconds: 2, sizes: fullSizes }
const quickRun = { rounds: 2, seconds: 1, sizes: quickSizes }

/**
 * Measures the driver for PostgreSQL and prints what it found.
 *
 * @returns what the process is to end with
 */
export async function benchPostgres(options: BenchPostgresOptions): Promise<number> {
  const { signal, json = false, only = [] } = options
  const run = options.quick === true ? quickRun : fullRun
  const { rounds, sizes } = run
  const rows: Row[] = []
  using progress = new Progress()
  progress.show('starting PostgreSQL')
  await using server = await openBenchServer(options.postgresUrl)
  await using databases = new BenchDatabases(server.url)
  const context = { databases, sizes, seconds: options.seconds ?? run.seconds }
  const plans = selectRows(allRows(context), only)
  const onStart: Parameters<typeof measureRows>[1]['onStart'] = ({ title }, index) =>
    progress.show(`${index + 1} of ${plans.length}: ${title}`)
  try {
    for await (const row of measureRows(plans, { rounds, signal, onStart })) {
      rows.push(row)
      if (json) print(toJsonLine(row), progress)
    }
  } finally {
    // What was measured before something failed was measured all the same.
    if (!json && rows.length > 0) print(showRows(rows), progress)
  }
  const machine = `PostgreSQL ${server.version}, Node.js ${process.version}, ${availableParallelism()} cores`
  if (!json) print(`${machine}; ${rounds} rounds of ${context.seconds} s`, progress)
  return options.check === true && rows.some((row) => isMet(row) === false) ? 1 : 0
}

function allRows(context: BenchContext): readonly RowPlan[] {
  return [pgbenchRows, peerRows, streamRows, listRows, growthRows].flatMap((toRows) =>
    toRows(context),
  )
}

function print(text: string, progress: Progress): void {
  progress.show('')
  process.stdout.write(`${text}\n`)
}
