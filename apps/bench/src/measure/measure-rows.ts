import { BenchError, SkipRow } from '../bench-error.ts'
import type { Row, RowHeading } from '../row.ts'
import { compareRounds, type Contest } from './compare-rounds.ts'

/** A row that may be measured, with the help of a bench: what the rows of a run share. */
export interface RowPlan<Bench> extends RowHeading {
  /** Most rounds that it is measured by: for what takes long and hardly varies. */
  readonly maxRounds?: number
  /**
   * Makes ready what it needs.
   *
   * @param signal - ends also the rounds
   * @throws {@link SkipRow} where it cannot be measured
   */
  prepare(bench: Bench, signal: AbortSignal): Promise<Contest>
}

export interface MeasureOptions {
  readonly rounds: number
  readonly signal: AbortSignal
  /** Told of each row before it is measured. */
  readonly onStart: (plan: RowHeading, index: number) => void
}

/** Measures rows one after the other, and gives each as soon as it is there. */
export async function* measureRows<Bench>(
  plans: readonly RowPlan<Bench>[],
  bench: Bench,
  { rounds, signal, onStart }: MeasureOptions,
): AsyncGenerator<Row, void> {
  for (const [index, plan] of plans.entries()) {
    signal.throwIfAborted()
    onStart(plan, index)
    const prepare = (): Promise<Contest> => plan.prepare(bench, signal)
    yield await measureRow(plan, prepare, Math.min(rounds, plan.maxRounds ?? rounds), signal)
  }
}

async function measureRow(
  { name, title, unit, goal }: RowHeading,
  prepare: () => Promise<Contest>,
  rounds: number,
  signal: AbortSignal,
): Promise<Row> {
  const heading = { name, title, unit, goal }
  try {
    await using contest = await prepare()
    return { ...heading, ...(await compareRounds(contest, rounds)) }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof SkipRow) return { ...heading, skipped: error.message }
    const message = `The row ${name} failed: ${error instanceof Error ? error.message : String(error)}`
    throw new BenchError(`${message}\nRun it alone with --only ${name}.`, { cause: error })
  }
}

/**
 * The rows that have one of the names, or whose names begin with one and a hyphen; all if there is no
 * name.
 *
 * @throws {@link BenchError} for a name that selects nothing
 */
export function selectRows<Plan extends RowHeading>(
  plans: readonly Plan[],
  names: readonly string[],
): readonly Plan[] {
  for (const name of names) {
    if (!plans.some((plan) => isSelected(plan, name))) {
      const known = plans.map((plan) => `  ${plan.name}`).join('\n')
      throw new BenchError(`No row is named "${name}". There are:\n${known}`)
    }
  }
  if (names.length === 0) return plans
  return plans.filter((plan) => names.some((name) => isSelected(plan, name)))
}

function isSelected(plan: RowHeading, name: string): boolean {
  return plan.name === name || plan.name.startsWith(`${name}-`)
}
