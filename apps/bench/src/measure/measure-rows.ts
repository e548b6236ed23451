import { BenchError, SkipRow } from '../bench-error.ts'
import type { Row, RowHeading } from '../row.ts'
import { compareRounds, type Contest } from './compare-rounds.ts'

/** A row that may be measured. */
export interface RowPlan extends RowHeading {
  /** Makes ready what it needs. @throws {@link SkipRow} where it cannot be measured */
  prepare(signal: AbortSignal): Promise<Contest>
}

export interface MeasureOptions {
  readonly rounds: number
  readonly signal: AbortSignal
  /** Told of each row before it is measured. */
  readonly onStart: (plan: RowHeading, index: number) => void
}

/** Measures rows one after the other, and gives each as soon as it is there. */
export async function* measureRows(
  plans: readonly RowPlan[],
  { rounds, signal, onStart }: MeasureOptions,
): AsyncGenerator<Row, void> {
  for (const [index, plan] of plans.entries()) {
    signal.throwIfAborted()
    onStart(plan, index)
    yield await measureRow(plan, rounds, signal)
  }
}

async function measureRow(plan: RowPlan, rounds: number, signal: AbortSignal): Promise<Row> {
  const { name, title, unit, goal } = plan
  const heading = { name, title, unit, goal }
  try {
    await using contest = await plan.prepare(signal)
    return { ...heading, ...(await compareRounds(contest, rounds, signal)) }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof SkipRow) return { ...heading, skipped: error.message }
    const message = `The row ${name} failed: ${error instanceof Error ? error.message : String(error)}`
    throw new BenchError(`${message}\nRun it alone with --only ${name}.`, { cause: error })
  }
}

/**
 * The rows whose names are given, or begin with what is given.
 *
 * @throws {@link BenchError} where nothing has such a name
 */
export function selectRows<Plan extends RowHeading>(
  plans: readonly Plan[],
  names: readonly string[],
): readonly Plan[] {
  for (const name of names) {
    if (!plans.some((plan) => plan.name.startsWith(name))) {
      const known = plans.map((plan) => `  ${plan.name}`).join('\n')
      throw new BenchError(`No row's name begins with "${name}". The rows are:\n${known}`)
    }
  }
  if (names.length === 0) return plans
  return plans.filter((plan) => names.some((name) => plan.name.startsWith(name)))
}
