import type { PromiseNumber } from '../contract-promises.ts'

/** What is wrong with a store, and which promise of docs/storage-contract.md that breaks. */
export interface Finding {
  readonly promise: PromiseNumber
  readonly what: string
}
