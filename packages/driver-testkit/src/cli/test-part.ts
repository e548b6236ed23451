import type { PromiseNumber } from '../contract-promises.ts'
import type { DriverUnderTest } from '../driver-under-test.ts'
import type { Verdict } from './case-result.ts'

/** How much is done: what takes seconds, what takes a minute or two, or all. */
export type Effort = 'quick' | 'usual' | 'full'

/** How the cases are made. */
export interface CaseSettings {
  readonly effort: Effort
  /** How long a check of a section of the contract may take, in milliseconds; 30,000 if left out. */
  readonly checkTimeoutMs?: number | undefined
  /** How long a command of the model check may take, in milliseconds; its own default if left out. */
  readonly commandTimeoutMs?: number | undefined
  /** Which commands of the seed the model check is to run alone; `undefined` for no such wish. */
  readonly path?: string | undefined
  /** How many commands are compared with the model; by the effort if left out. */
  readonly commands?: number | undefined
}

/** The driver that the command was given. */
export interface TestSubject {
  readonly driver: DriverUnderTest
  /** URL of the module that it came from. */
  readonly module: string
  /** Why no other process can open its stores; `null` where it can. */
  readonly whyNotElsewhere: string | null
}

/** What a case is run with. */
export interface CaseContext {
  /** From which all its choices follow. */
  readonly seed: number
  /** Where it saves what is too much for a message. */
  readonly failureFolder: string
  /** Aborts when its time is over. */
  readonly signal: AbortSignal
}

/** One thing that is tried on a driver. */
export interface TestCase {
  /** Stable name: group, dot, what it is about: `list.prefix-literal`. */
  readonly id: string
  /** What it holds the driver to, in a sentence. */
  readonly title: string
  /** The promises that it is about; if it fails, the first is broken, and the others may be. */
  readonly promises: readonly PromiseNumber[]
  /** Why it does not concern the driver; `null` where it does. */
  readonly skipped: string | null
  /** After which it has failed, in milliseconds. */
  readonly timeoutMs: number
  /** Fails by throwing. What it resolves to, if anything, is shown beside its name. */
  run(context: CaseContext): Promise<string | void>
  /**
   * What an error shows; left out by a case that is about one thing, so that whatever is in its way
   * has broken its promises. The others show nothing by an end that is none of theirs: by running out
   * of time, or with their process.
   */
  readonly judge?: (this: void, error: unknown) => Verdict
}

/** A kind of cases. */
export type TestPart = (subject: TestSubject, settings: CaseSettings) => readonly TestCase[]

/** The group of a case: a section of the contract, or a part that has none. */
export function groupOf(id: string): string {
  return id.split('.')[0] ?? id
}
