import type { BenchDatabases } from './bench-databases.ts'

/** What all rows of a run share. */
export interface BenchContext {
  readonly databases: BenchDatabases
  readonly sizes: BenchSizes
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

export const fullSizes: BenchSizes = {
  keys: 10_000,
  largeKeys: 500,
  streamBytes: 104_857_600,
  keyGrowth: [10_000, 100_000, 1_000_000],
  scopeGrowth: [1, 100, 10_000],
  listKeys: 1_000_000,
}

export const quickSizes: BenchSizes = {
  keys: 1_000,
  largeKeys: 20,
  streamBytes: 16_777_216,
  keyGrowth: [1_000, 10_000],
  scopeGrowth: [1, 100],
  listKeys: 10_000,
}
