/**
 * Has calls act in the order in which they were made, however long each takes to prepare: what a slow
 * schema validates first is written first.
 */
export class CallOrder {
  #last: Promise<void> = Promise.resolve()

  /** Acts when what it needs is prepared, and those before have begun to act or failed to prepare. */
  async inTurn<Prepared, Result>(
    preparing: Prepared | Promise<Prepared>,
    act: (prepared: Prepared) => Promise<Result>,
  ): Promise<Result> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    let acting: Promise<Result>
    try {
      const prepared = await preparing
      await before
      acting = act(prepared)
    } finally {
      void before.then(resolve)
    }
    return await acting
  }
}
