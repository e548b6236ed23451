import type { StorageDriver } from '@holdfast/core'
import type { DriverUnderTest, StoreUnderTest } from './driver-under-test.ts'
import { TestClock } from './test-clock.ts'

/** A store of the kit's own with a driver that is open on it. Disposing closes and removes both. */
export class OpenedStore implements AsyncDisposable {
  readonly clock: TestClock
  readonly store: StoreUnderTest
  readonly driver: StorageDriver
  readonly #stack: AsyncDisposableStack
  #isBroken = false

  private constructor(
    clock: TestClock,
    store: StoreUnderTest,
    driver: StorageDriver,
    stack: AsyncDisposableStack,
  ) {
    this.clock = clock
    this.store = store
    this.driver = driver
    this.#stack = stack
  }

  static async open(subject: DriverUnderTest): Promise<OpenedStore> {
    await using stack = new AsyncDisposableStack()
    const clock = new TestClock()
    const store = await subject.createStore({ clock: clock.now })
    stack.defer(() => store.dispose?.())
    const driver = stack.use(await store.createDriver())
    await driver.open()
    return new OpenedStore(clock, store, driver, stack.move())
  }

  /** Makes the store fail, if it can. Nobody is to use it afterwards. */
  async breakDown(): Promise<void> {
    this.#isBroken = true
    await this.store.breakDown?.()
  }

  /** Removes all that is stored. Returns whether it did, so that the store is as good as a new one. */
  async empty(): Promise<boolean> {
    if (this.#isBroken) return false
    const everything = { workspace: null, plugin: null, cursor: null, limit: 1_000 }
    try {
      // What has expired is in scopes that are not listed.
      await this.driver.sweep(this.clock.now())
      const { scopes } = await this.driver.scopes(everything)
      for (const { scope } of scopes) await this.driver.clear(scope)
      return (await this.driver.scopes(everything)).scopes.length === 0
    } catch {
      // The check may have closed the driver, or the driver is one that fails.
      return false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}
