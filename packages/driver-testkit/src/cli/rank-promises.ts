import { contractPromises, type PromiseNumber } from '../contract-promises.ts'
import type { CaseResult } from './case-result.ts'

/** A promise of docs/storage-contract.md, word for word, and the checks that show it broken. */
export interface BrokenPromise {
  readonly promise: PromiseNumber
  readonly sentence: string
  /** Ids of the checks that name it first, and of those that have found it among others. */
  readonly checks: readonly string[]
}

/** To put and to delete, which every check does on its way: where this is broken, others fail for it. */
const foundation: PromiseNumber = '6.4'

/**
 * The promises that failed checks name first, the one that is most likely broken before those that
 * may follow from it: the {@link foundation}, then those of which most checks have failed, then those
 * of which the fewest have passed. A check that has found any one of several promises to be broken
 * goes with those of them that another has shown; where there is none, each of them is a suspect.
 */
export function rankPromises(results: readonly CaseResult[]): {
  readonly broken: readonly BrokenPromise[]
  readonly suspected: readonly BrokenPromise[]
} {
  const failed = results.filter(({ outcome }) => outcome === 'broken')
  const clear = failed.filter(({ isAnyOf }) => !isAnyOf)
  const shown = new Set(clear.flatMap(({ promises }) => promises.slice(0, 1)))
  const isExplained = ({ promises }: CaseResult): boolean => promises.some((one) => shown.has(one))
  const vague = failed.filter((result) => result.isAnyOf && !isExplained(result))
  const suspected = new Set(vague.flatMap(({ promises }) => promises))
  const describe = (promise: PromiseNumber): BrokenPromise => {
    const concerns = ({ isAnyOf, promises }: CaseResult): boolean =>
      isAnyOf ? promises.includes(promise) : promises[0] === promise
    const checks = failed.filter(concerns).map(({ id }) => id)
    return { promise, sentence: contractPromises[promise], checks }
  }
  return {
    broken: [...shown].toSorted(byLikelihood(results)).map(describe),
    suspected: [...suspected].map(describe),
  }
}

function byLikelihood(
  results: readonly CaseResult[],
): (left: PromiseNumber, right: PromiseNumber) => number {
  const order = Object.keys(contractPromises)
  const count = (promise: PromiseNumber, outcome: CaseResult['outcome']): number =>
    results.filter((one) => one.outcome === outcome && !one.isAnyOf && one.promises[0] === promise)
      .length
  return (left, right) =>
    Number(right === foundation) - Number(left === foundation) ||
    count(right, 'broken') - count(left, 'broken') ||
    count(left, 'passed') - count(right, 'passed') ||
    order.indexOf(left) - order.indexOf(right)
}
