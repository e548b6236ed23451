import type { Completion, Operation } from '../../src/linearizability/operation.ts'
import type { SeededRandom } from '../../src/seeded-random.ts'
import type { SimulatedWorkload } from './simulated-workloads.ts'

/** What a store does wrong, once in a history. */
export type Fault =
  /** Answers a read from a state that has been replaced. */
  | 'stale read'
  /** Acknowledges a write and does not apply it. */
  | 'lost write'
  /** Applies a write whose check fails, and acknowledges it. */
  | 'false compare-and-set success'

/** How large a simulated history is, and what is wrong with it. */
export interface SimulationOptions {
  readonly random: SeededRandom
  readonly clients: number
  readonly operations: number
  /** If left out, the store is right. */
  readonly fault?: Fault | undefined
}

/** A history with operations at the same time, some of unknown outcome. */
export interface SimulatedHistory<Input, Output> {
  readonly history: readonly Operation<Input, Output>[]
  /** Whether the fault came to pass. */
  readonly isFaulty: boolean
}

/** Has clients use a store that takes each operation at one moment while it is in flight. */
export function simulateHistory<State, Input, Output>(
  workload: SimulatedWorkload<State, Input, Output>,
  options: SimulationOptions,
): SimulatedHistory<Input, Output> {
  return new Simulation(workload, options).run()
}

interface Flight<State, Input, Output> {
  readonly client: number
  readonly input: Input
  readonly invokedAt: number
  answer: { readonly output: Output; readonly seen: State } | null
}

/** What the store answers, and what it holds afterwards; the client believes to have `seen` a state. */
interface Effect<State, Output> {
  readonly output: Output
  readonly seen: State
  readonly after: State
}

const unknownShare = 0.04

class Simulation<State, Input, Output> {
  readonly #workload: SimulatedWorkload<State, Input, Output>
  readonly #options: SimulationOptions
  readonly #history: Operation<Input, Output>[] = []
  /** One per client. */
  readonly #flights = new Map<number, Flight<State, Input, Output>>()
  /** Those whose clients have died. */
  readonly #orphans: Flight<State, Input, Output>[] = []
  readonly #seen = new Map<number, State>()
  readonly #past: State[] = []
  readonly #faultFrom: number
  #state: State
  #now = 0
  #isFaulty = false

  constructor(workload: SimulatedWorkload<State, Input, Output>, options: SimulationOptions) {
    this.#workload = workload
    this.#options = options
    this.#state = workload.initial
    this.#faultFrom = options.random.below(options.operations * 0.7)
  }

  run(): SimulatedHistory<Input, Output> {
    const { random, clients, operations } = this.#options
    for (; this.#history.length < operations; this.#now++) {
      this.#advance(random.below(clients))
      this.#advanceOrphan()
    }
    // Others may have seen what these did.
    for (const flight of this.#flights.values()) if (flight.answer !== null) this.#return(flight)
    return { history: this.#history, isFaulty: this.#isFaulty }
  }

  #advance(client: number): void {
    const flight = this.#flights.get(client)
    if (flight === undefined) this.#invoke(client)
    else if (flight.answer === null) this.#takeEffect(flight, this.#wrongEffect(flight.input))
    else this.#return(flight)
  }

  #invoke(client: number): void {
    const { random } = this.#options
    const seen = this.#seen.get(client) ?? this.#workload.initial
    const input = this.#workload.choose(random, seen, `${client}.${this.#now}`)
    const flight = { client, input, invokedAt: this.#now, answer: null }
    if (this.#workload.isRead(input) || !random.chance(unknownShare)) {
      this.#flights.set(client, flight)
      return
    }
    this.#orphans.push(flight)
    this.#record(flight, { outcome: 'unknown', error: 'KILLED', returnedAt: null })
  }

  #takeEffect(flight: Flight<State, Input, Output>, wrong: Effect<State, Output> | null): void {
    const { output, seen, after } = wrong ?? this.#rightEffect(this.#state, flight.input)
    flight.answer = { output, seen }
    this.#isFaulty ||= wrong !== null
    if (after === this.#state) return
    this.#past.push(this.#state)
    this.#state = after
  }

  #return(flight: Flight<State, Input, Output>): void {
    if (flight.answer === null) return
    const { output, seen } = flight.answer
    this.#record(flight, { outcome: 'ok', output, returnedAt: this.#now })
    this.#seen.set(flight.client, seen)
    this.#flights.delete(flight.client)
  }

  /** Writes of the dead arrive late, or never. */
  #advanceOrphan(): void {
    const { random } = this.#options
    if (!random.chance(0.05)) return
    const orphan = this.#orphans.shift()
    if (orphan !== undefined && random.chance(0.5)) this.#takeEffect(orphan, null)
  }

  #rightEffect(state: State, input: Input): Effect<State, Output> {
    const [output, after] = this.#workload.store(state, input)
    return { output, seen: after, after }
  }

  #wrongEffect(input: Input): Effect<State, Output> | null {
    const { fault, random } = this.#options
    if (fault === undefined || this.#isFaulty || this.#history.length < this.#faultFrom) return null
    const right = this.#rightEffect(this.#state, input)
    const isRead = this.#workload.isRead(input)
    const isAccepted = !isRead && this.#workload.isAccepted(right.output)
    switch (fault) {
      case 'stale read': {
        const stale = this.#past[random.below(this.#past.length)]
        if (!isRead || stale === undefined) return null
        return { ...this.#rightEffect(stale, input), after: this.#state }
      }
      case 'lost write':
        return isAccepted ? { ...right, after: this.#state } : null
      case 'false compare-and-set success':
        if (isRead || isAccepted) return null
        return this.#rightEffect(this.#workload.expectedBy(input), input)
    }
  }

  #record(
    { client, input, invokedAt }: Flight<State, Input, Output>,
    completion: Completion<Output>,
  ): void {
    this.#history.push({ key: 'key', client, input, invokedAt, ...completion })
  }
}
