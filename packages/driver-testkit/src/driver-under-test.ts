import type { Capabilities, Clock, StorageDriver } from '@holdfast/core'

/**
 * A driver as the kit meets it: what it says of itself, and how to make a store to try it on.
 *
 * @example
 * ```ts
 * const fileDriver: DriverUnderTest = {
 *   name: 'file',
 *   capabilities: createFileDriver({ path: 'never-opened.db' }).capabilities,
 *   async createStore({ clock }) {
 *     const folder = await mkdtemp(join(tmpdir(), 'holdfast-'))
 *     return {
 *       createDriver: () => createFileDriver({ path: join(folder, 'store.db'), clock }),
 *       dispose: () => rm(folder, { recursive: true }),
 *     }
 *   },
 * }
 * ```
 */
export interface DriverUnderTest {
  /** Stands in the titles of the tests. */
  readonly name: string
  /**
   * The driver's capabilities, by which the kit chooses its checks before there is any store. A
   * check holds them to be those of the drivers that `createStore` leads to.
   */
  readonly capabilities: Capabilities
  /**
   * Whether the driver goes by the clock that `createStore` receives; `true` if left out. Checks
   * that move the clock are skipped where it does not.
   */
  readonly takesClock?: boolean | undefined
  /**
   * What the stores of `createStore` offer besides; nothing if left out. Checks that need what is not
   * offered are skipped.
   */
  readonly offers?: readonly StoreOffer[] | undefined
  /**
   * How long the kit waits for what has to happen without anybody's saying when, such as that a
   * watch sees a change. In milliseconds; 4,000 if left out.
   */
  readonly patienceMs?: number | undefined
  /** Makes an empty store for one check. Several may exist at once. */
  createStore(setting: StoreSetting): StoreUnderTest | Promise<StoreUnderTest>
}

/** What a store can do for the kit besides being stored in: the optional methods of {@link StoreUnderTest}. */
export type StoreOffer = 'breakDown' | 'holdUp' | 'countLeftovers'

/** What the kit gives to whoever makes a store. */
export interface StoreSetting {
  /** The time that the drivers on this store shall go by. It stands still until a check moves it. */
  readonly clock: Clock
}

/** A store of the kit's own, for the length of one check. */
export interface StoreUnderTest {
  /**
   * Makes a driver on this store, not yet opened. The kit closes every driver that it gets.
   *
   * It is called again after the driver before was closed, to look what is still there (where
   * `durability` is `none`, nothing needs to be), and where `capabilities.shared` is true also
   * while others are open.
   */
  createDriver(): StorageDriver | Promise<StorageDriver>
  /**
   * By which `createDriver(location)` of a `DriverModule` opens this store in a process of its
   * own. The command of the kit needs it for checks with several processes, and for those that kill.
   */
  readonly location?: string | undefined
  /** Removes the store, after all its drivers were closed. */
  dispose?(): void | Promise<void>
  /**
   * Makes the store fail from now on, under the drivers that have it open: its disk gives back
   * rubbish, its server is gone.
   */
  breakDown?(): void | Promise<void>
  /**
   * Has the store hold up all writes, as a lock that somebody else has does.
   *
   * @returns what lets them go on
   */
  holdUp?(): StoreRelease | Promise<StoreRelease>
  /**
   * Counts the bytes that the store keeps of streamed values which are nobody's: of uploads that
   * did not end, and of values that were replaced or removed.
   */
  countLeftovers?(): number | Promise<number>
}

/** Lets a store go on that was held up. */
export type StoreRelease = () => void | Promise<void>
