import type { RowPlan } from '../measure/measure-rows.ts'
import type { BenchDatabases } from './bench-databases.ts'

/** A row of this benchmark. */
export type PostgresRow = RowPlan<BenchDatabases>

/** How thoroughly to measure. */
export interface BenchRun {
  readonly sizes: BenchSizes
  /** Rounds of each side. */
  readonly rounds: number
  /** Length of a round. */
  readonly seconds: number
}

/** How much there is of everything; with `--quick` it is less. */
export interface BenchSizes {
  /** Keys that single-key calls go to. */
  readonly keys: number
  /** The same of large values. */
  readonly largeKeys: number
  readonly streamBytes: number
  /** Keys in a scope, and numbers of scopes, to compare the first with the others. */
  readonly keyGrowth: readonly [number, ...number[]]
  readonly scopeGrowth: readonly [number, ...number[]]
  /** Keys that a listing goes to. */
  readonly listKeys: number
}

const fullSizes: BenchSizes = {
  keys: 10_000,
  largeKeys: 500,
  streamBytes: 104_857_600,
  keyGrowth: [10_000, 100_000, 1_000_000],
  scopeGrowth: [1, 100, 10_000],
  listKeys: 1_000_000,
}

const quickSizes: BenchSizes = {
  keys: 1_000,
  largeKeys: 20,
  streamBytes: 16_777_216,
  keyGrowth: [1_000, 10_000],
  scopeGrowth: [1, 100],
  listKeys: 10_000,
}

export const fullRun: BenchRun = { sizes: fullSizes, rounds: 5, seconds: 2 }

/** A smoke test. */
export const quickRun: BenchRun = { sizes: quickSizes, rounds: 2, seconds: 1 }
