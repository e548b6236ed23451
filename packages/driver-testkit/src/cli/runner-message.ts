import type { Capabilities } from '@holdfast/core'
import type { CaseResult } from './case-result.ts'
import type { Selection } from './select-cases.ts'
import type { CaseSettings, TestCase } from './test-part.ts'

/** What a process that runs cases is started with. */
export interface RunnerPlan extends Selection, CaseSettings {
  readonly module: string
  readonly seed: number
  /** Ids of the cases that earlier processes have run. */
  readonly done: readonly string[]
  readonly failureFolder: string
  /** How long the import of the module may take, in milliseconds; 30,000 if left out. */
  readonly importTimeoutMs?: number | undefined
}

/** A case for those who do not run it. */
export interface CaseSummary extends Pick<
  TestCase,
  'id' | 'title' | 'promises' | 'skipped' | 'timeoutMs'
> {
  /** Whether it is about many things, so that the end of its process shows none of them broken. */
  readonly isBroad: boolean
}

/** What such a process tells: how far it is, what it will run, or that it cannot; then each case. */
export type RunnerMessage =
  | { readonly kind: 'importing' | 'imported' }
  | {
      readonly kind: 'loaded'
      readonly driver: string
      readonly capabilities: Capabilities
      readonly cases: readonly CaseSummary[]
    }
  | { readonly kind: 'unusable'; readonly message: string }
  | { readonly kind: 'begun'; readonly id: string }
  | { readonly kind: 'ended'; readonly result: CaseResult }
