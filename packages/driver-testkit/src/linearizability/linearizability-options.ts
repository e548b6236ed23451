import type { StorageDriver } from '@holdfast/core'

/** What every run has. */
export interface LinearizabilityWorkload {
  /** From which all choices follow. */
  readonly seed: number
  /** How many work at the same time. Default 8. */
  readonly clients?: number
  /** How many operations are done, at least. Default 2,000. */
  readonly operations?: number
  /** How many keys are in use at a time: the fewer, the more the clients are in each other's way. Default 4. */
  readonly keys?: number
  /** When the run is broken off, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number
  /** Bound of the check of one key, as `CheckOptions` has it. */
  readonly maxSteps?: number
  /** Where the history and the report go if the run fails; a new temporary folder if left out. */
  readonly failureFolder?: string
}

/** All clients in this process, on one driver. */
export interface LinearizabilityInProcess extends LinearizabilityWorkload {
  /** Makes a driver, not yet opened, on an empty store. */
  readonly createDriver: () => StorageDriver | Promise<StorageDriver>
}

/** The clients in processes of their own, each with a driver of its own on one store. */
export interface LinearizabilityInProcesses extends LinearizabilityWorkload {
  /** Path or `file:` URL of a module that exports `createDriver(location)`. */
  readonly driverModule: string | URL
  /** What `createDriver` is given, in each process; the store there is empty. */
  readonly location: string
  /** Over how many processes the clients are spread evenly. Default 4. */
  readonly processes?: number
  /** How many times one of them is killed with SIGKILL and replaced. Default 0. */
  readonly kills?: number
}

/** Options of `runLinearizability`. */
export type LinearizabilityOptions = LinearizabilityInProcess | LinearizabilityInProcesses
