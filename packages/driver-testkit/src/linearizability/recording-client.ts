import {
  type CallOptions,
  isHoldfastError,
  parseVersion,
  type StorageDriver,
  type Version,
} from '@holdfast/core'
import type { SeededRandom } from '../seeded-random.ts'
import { monotonicNow } from './monotonic-now.ts'
import type { Completion } from './operation.ts'
import type { Pace } from './pace.ts'
import type { HistoryRecorder, RecordedCompletion, RecordedRequest } from './recorded-operation.ts'

/** What share of the writes is aborted while they are on their way. */
const abortedShare = 0.03

/** Who a client is, and how it makes its choices. */
export interface ClientIdentity {
  readonly id: number
  readonly random: SeededRandom
  readonly pace: Pace
}

/** A client of the store under test that does one operation after the other and notes each. */
export class RecordingClient {
  readonly driver: StorageDriver
  readonly random: SeededRandom
  readonly #id: number
  readonly #pace: Pace
  readonly #recorder: HistoryRecorder
  #versions = 0

  constructor(driver: StorageDriver, recorder: HistoryRecorder, identity: ClientIdentity) {
    this.driver = driver
    this.random = identity.random
    this.#id = identity.id
    this.#pace = identity.pace
    this.#recorder = recorder
  }

  /** Makes a version that no other client makes, and that a reader of a report can tell apart. */
  nextVersion(): Version {
    return parseVersion(`${this.#id}-${++this.#versions}`)
  }

  /** Lets some others go first. */
  pause(): Promise<void> {
    return this.#pace.pause(this.random)
  }

  /** Options of the next write, which now and then abort it. */
  chooseWriteOptions(): CallOptions | undefined {
    if (!this.random.chance(abortedShare)) return undefined
    const controller = new AbortController()
    void this.pause().then(() => controller.abort())
    return { signal: controller.signal }
  }

  /** Does an operation and notes it. Resolves to its answer; to `null` where there was none. */
  async record<Output extends (RecordedCompletion & { readonly outcome: 'ok' })['output']>(
    request: RecordedRequest,
    run: () => Promise<Output>,
  ): Promise<Output | null> {
    const begun = { ...request, client: this.#id, invokedAt: monotonicNow() }
    const id = this.#recorder.begin(begun)
    try {
      const output = await run()
      this.#recorder.end(id, { outcome: 'ok', output, returnedAt: monotonicNow() })
      return output
    } catch (error) {
      this.#recorder.end(id, toFailure(error))
      return null
    }
  }
}

/** By the contract, nothing of a call that rejects with another code than this was or will be applied. */
function toFailure(error: unknown): Completion<never> {
  const returnedAt = monotonicNow()
  if (!isHoldfastError(error)) return { outcome: 'unknown', error: String(error), returnedAt }
  const outcome = error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed'
  return { outcome, error: error.code, returnedAt }
}
