/**
 * What a resolved write survives: nothing (`none`), the end of the process, also by kill -9
 * (`process`), or a cut of the power, also (`power-loss`).
 */
export type Durability = 'none' | 'process' | 'power-loss'

/**
 * Facts and limits of a driver. What it does not do, it says with a limit of 0 here and with the
 * code `UNSUPPORTED` when asked.
 */
export interface Capabilities {
  readonly durability: Durability
  /** Whether several processes may have one store open at once. */
  readonly shared: boolean
  /** Largest value given whole to `commit`, in bytes. */
  readonly maxValueBytes: number
  /** Most puts and deletes of one commit, together, and most checks. */
  readonly maxCommitEntries: number
  /** Largest sum of the values of one commit, in bytes. */
  readonly maxCommitBytes: number
  /** Largest value that may be streamed, in bytes; 0 where streams are not supported. */
  readonly maxStreamBytes: number
  /** Most keys of one watch; 0 where watching is not supported. */
  readonly maxWatchedKeys: number
}
