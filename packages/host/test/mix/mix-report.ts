/** What a run of the mix found, as its program prints it. */
export interface MixReport {
  readonly invocations: number
  /** Invocations that nothing came of in time. */
  readonly unanswered: number
  /** Errors that are none of Holdfast's, as texts. */
  readonly foreign: readonly string[]
  /** How the invocations of the sample plugins ended: `done`, a status, or a code; and how often. */
  readonly samples: Readonly<Record<string, number>>
  /** As `samples`, of the plugin that crashes. */
  readonly victims: Readonly<Record<string, number>>
  /** How many times it was told to crash. */
  readonly crashes: number
  /** In the course of the run, after all garbage was collected. */
  readonly readings: readonly Reading[]
}

/** What the process of the host held at a moment. */
export interface Reading {
  readonly residentBytes: number
  /** Of JavaScript: the heap, and buffers beside it. */
  readonly heldBytes: number
  readonly descriptors: number
}
