import { describe, expect, test } from 'vitest'
import { checkLinearizability } from '../../src/linearizability/check-linearizability.ts'
import type { Operation } from '../../src/linearizability/operation.ts'
import { SeededRandom } from '../../src/seeded-random.ts'
import { explains } from './brute-force.ts'
import { contradictsItself } from './contradicts-itself.ts'
import { type Fault, type SimulatedHistory, simulateHistory } from './simulate-history.ts'
import {
  compareAndSetWorkload,
  listAppendWorkload,
  type SimulatedWorkload,
} from './simulated-workloads.ts'

const faults: readonly Fault[] = ['stale read', 'lost write', 'false compare-and-set success']
const rightHistories = 300
const provenFaults = 200

declareTests(listAppendWorkload)
declareTests(compareAndSetWorkload)

function declareTests<State, Input, Output>(
  workload: SimulatedWorkload<State, Input, Output>,
): void {
  describe(`histories of ${workload.name}`, { timeout: 60_000 }, () => {
    test('are accepted where the store is right, with an order that explains them', () => {
      for (let seed = 1; seed <= rightHistories; seed++) {
        const { history } = simulate(workload, seed)
        expect(judge(workload, history), `seed ${seed}`).toBe('explained')
        expect(contradictsItself(workload, history), `seed ${seed}`).toBe(false)
      }
    })

    test.each(faults)('are refused for every %s that can be seen', (fault) => {
      const { proven, caught, more, explained, neither } = seedFaults(workload, fault)
      // The counts are for whoever reads the output of the tests.
      // oxlint-disable-next-line no-console
      console.log(
        `${workload.name}, ${fault}: caught ${caught} of ${proven} that two operations prove, and ` +
          `${more} more; ${explained} had no effect that anybody saw`,
      )
      expect(caught).toBe(proven)
      expect(neither).toBe(0)
    })
  })
}

function simulate<State, Input, Output>(
  workload: SimulatedWorkload<State, Input, Output>,
  seed: number,
  fault?: Fault,
): SimulatedHistory<Input, Output> {
  const random = new SeededRandom(seed)
  return simulateHistory(workload, { random, clients: 6, operations: 150, fault })
}

/** Judges histories with a fault each, until so many of them are certainly not linearizable. */
function seedFaults<State, Input, Output>(
  workload: SimulatedWorkload<State, Input, Output>,
  fault: Fault,
): Readonly<Record<'proven' | 'caught' | 'more' | 'explained' | 'neither', number>> {
  const tally = { proven: 0, caught: 0, more: 0, explained: 0, neither: 0 }
  for (let seed = 1; tally.proven < provenFaults; seed++) {
    const { history, isFaulty } = simulate(workload, seed, fault)
    if (!isFaulty) continue
    const judgement = judge(workload, history)
    const isProven = contradictsItself(workload, history)
    if (isProven) tally.proven++
    if (judgement === 'refused') tally[isProven ? 'caught' : 'more']++
    else tally[judgement]++
  }
  return tally
}

/** The verdict, which counts only with what proves it: an order or a witness that holds by itself. */
function judge<State, Input, Output>(
  { model }: SimulatedWorkload<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): 'explained' | 'refused' | 'neither' {
  const verdict = checkLinearizability(model, history)
  switch (verdict.kind) {
    case 'linearizable':
      return explains(model, verdict.order, history) ? 'explained' : 'neither'
    case 'violation': {
      const { witness, order } = verdict.violation
      const isPart = witness.every((operation) => history.includes(operation))
      const isWitness = checkLinearizability(model, witness).kind === 'violation'
      return isPart && isWitness && explains(model, order, order) ? 'refused' : 'neither'
    }
    case 'gave-up':
      return 'neither'
  }
}
