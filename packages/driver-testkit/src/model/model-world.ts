import { parseVersion, type StorageDriver, type Version } from '@holdfast/core'
import type { DriverUnderTest, StoreUnderTest } from '../driver-under-test.ts'
import { orNothing } from '../settlement.ts'
import { TestClock } from '../test-clock.ts'
import { AnswerDescriber, told } from './describe-answer.ts'
import type { ModelListing } from './model-listing.ts'
import type { Patience } from './patience.ts'
import { StoreModel } from './store-model.ts'

/** How long a driver that owes an answer is waited for when its store is left, in milliseconds. */
const partingMs = 50

/** A stream that is being read, and what is still to come of it. */
export interface ModelReading {
  readonly body: AsyncIterator<Uint8Array>
  readonly title: string
  readonly expected: Uint8Array
}

/** A store with the drivers that are open on it, and the model beside it. */
export class ModelWorld implements AsyncDisposable {
  readonly clock: TestClock
  readonly model: StoreModel
  readonly describe: AnswerDescriber
  readonly listings: ModelListing[] = []
  readonly readings: ModelReading[] = []
  readonly #store: StoreUnderTest
  readonly #subject: DriverUnderTest
  readonly #patience: Patience
  #drivers: readonly StorageDriver[] = []
  #versions = 0

  private constructor(
    subject: DriverUnderTest,
    store: StoreUnderTest,
    clock: TestClock,
    patience: Patience,
  ) {
    this.#subject = subject
    this.#store = store
    this.#patience = patience
    this.clock = clock
    this.model = new StoreModel(clock.now)
    this.describe = new AnswerDescriber(clock.now(), subject.takesClock ?? true)
  }

  /** Makes an empty store, and opens it. */
  static async open(subject: DriverUnderTest, patience: Patience): Promise<ModelWorld> {
    const clock = new TestClock()
    const store = await subject.createStore({ clock: clock.now })
    const world = new ModelWorld(subject, store, clock, patience)
    try {
      await patience.wait(world.reopen(), 'open')
    } catch (error) {
      await world[Symbol.asyncDispose]()
      throw error
    }
    return world
  }

  /** Two drivers where they share a store, otherwise one. */
  driver(number: number): StorageDriver {
    const driver = this.#drivers[number] ?? this.#drivers[0]
    if (driver === undefined) throw new Error('The store is not open.')
    return driver
  }

  /** Says what a driver answers, or that it does not. */
  async ask<Answer>(
    call: () => Promise<Answer>,
    describe: (answer: Answer) => string,
  ): Promise<string> {
    return await told(() => this.#patience.wait(call(), 'the call'), describe)
  }

  /** Closes all drivers, and opens new ones. */
  async reopen(): Promise<void> {
    await this.#close()
    const count = this.#subject.capabilities.shared ? 2 : 1
    const opened: StorageDriver[] = []
    this.#drivers = opened
    for (let number = 0; number < count; number++) {
      const driver = await this.#store.createDriver()
      opened.push(driver)
      await driver.open()
    }
  }

  /**
   * A version that nobody has had here, and the same one in each run of the same commands. Some look
   * like numbers, and are none.
   */
  nextVersion(): Version {
    const number = ++this.#versions
    const formats = [`v${number}`, `0${number}`, `${number}e1`]
    return parseVersion(formats[number % formats.length])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A driver that owes an answer may never close: `close` waits for the calls in flight.
    const isStuck = this.#patience.isOver
    const closed = this.#close()
    try {
      await (isStuck ? orNothing(closed, partingMs) : this.#patience.wait(closed, 'close'))
    } finally {
      const removed = Promise.resolve(this.#store.dispose?.())
      await (isStuck ? orNothing(removed, partingMs) : removed)
    }
  }

  async #close(): Promise<void> {
    for (const { body } of this.readings.splice(0)) await body.return?.()
    for (const driver of this.#drivers) await driver.close()
  }
}
