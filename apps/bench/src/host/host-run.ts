import type { RowPlan } from '../measure/measure-rows.ts'
import type { HostBench } from './host-bench.ts'

/** A row of this benchmark. */
export type HostRow = RowPlan<HostBench>

/** How thoroughly to measure. */
export interface HostRun {
  /** Rounds of each side. */
  readonly rounds: number
  /** Length of a round of calls. */
  readonly seconds: number
  /** Starts of processes in a round, and how often in a round one is killed. */
  readonly starts: number
  readonly kills: number
  /**
   * Plugins that are idle beside one another. In a whole run, as many as are to fit in a GiB: what
   * they share is then shared by as many as it would be there.
   */
  readonly idlePlugins: number
  /** How long they are, in milliseconds: longer than until a process gives back memory. */
  readonly idleMs: number
}

/**
 * Many short rounds: the system may put two processes on one core or wake another core for each
 * message, which makes a fourfold difference, and changes its mind from time to time.
 */
export const fullRun: HostRun = {
  rounds: 11,
  seconds: 0.5,
  starts: 5,
  kills: 2,
  idlePlugins: 70,
  idleMs: 6_000,
}

/** A smoke test. */
export const quickRun: HostRun = {
  rounds: 1,
  seconds: 0.1,
  starts: 1,
  kills: 1,
  idlePlugins: 2,
  idleMs: 100,
}
