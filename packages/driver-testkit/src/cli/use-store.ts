import type { DriverUnderTest, StoreUnderTest } from '../driver-under-test.ts'

/** Makes a store that goes by the time of the machine, lends it, and removes it. */
export async function useStore<Result>(
  driver: DriverUnderTest,
  use: (store: StoreUnderTest) => Promise<Result>,
): Promise<Result> {
  await using stack = new AsyncDisposableStack()
  const store = await driver.createStore({ clock: Date.now })
  stack.defer(() => store.dispose?.())
  return await use(store)
}

/** The place of a store for other processes. */
export function locationOf(store: StoreUnderTest): string {
  if (store.location === undefined) throw new Error('This store has no location, unlike another.')
  return store.location
}
