import type { DriverUnderTest } from './driver-under-test.ts'
import { OpenedStore } from './opened-store.ts'

/**
 * Lends stores to checks, one after the other, for to make and to open one is what costs most. A
 * store comes back into the pool only after a use that did not fail, and emptied.
 */
export class StorePool implements AsyncDisposable {
  readonly #subject: DriverUnderTest
  readonly #idle: OpenedStore[] = []

  constructor(subject: DriverUnderTest) {
    this.#subject = subject
  }

  /** Runs something on a store that is empty and that nobody else uses meanwhile. */
  async use(run: (opened: OpenedStore) => Promise<void>): Promise<void> {
    await using stack = new AsyncDisposableStack()
    const opened = stack.use(this.#idle.pop() ?? (await OpenedStore.open(this.#subject)))
    await run(opened)
    if (!(await opened.empty())) return
    stack.move()
    this.#idle.push(opened)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opened of this.#idle.splice(0)) await opened[Symbol.asyncDispose]()
  }
}
