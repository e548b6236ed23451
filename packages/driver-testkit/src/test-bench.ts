import {
  parsePluginId,
  parseWorkspaceId,
  type Scope,
  type StorageDriver,
  type StoreName,
} from '@holdfast/core'
import type { DriverUnderTest, StoreOffer, StoreUnderTest } from './driver-under-test.ts'
import type { OpenedStore } from './opened-store.ts'
import { ScopeHandle } from './scope-handle.ts'
import { type nothingCame, orNothing } from './settlement.ts'
import type { TestClock } from './test-clock.ts'
import type { Expect } from './test-runner.ts'

/** Less than what test runners give a test, so that a check can say what did not come. */
export const defaultPatienceMs = 4_000

/** A scope as a check writes it down; what is left out is that of {@link TestBench.store}. */
export interface ScopeLike {
  readonly workspace?: string
  readonly plugin?: string
  readonly store?: StoreName
}

/** What a check works with: a driver that is open on an empty store, and what else it needs. */
export interface TestBench {
  readonly subject: DriverUnderTest
  readonly expect: Expect
  readonly clock: TestClock
  /** Open. */
  readonly driver: StorageDriver
  /** `storage` of a plugin in a workspace, through `driver`. */
  readonly store: ScopeHandle
  /** Another scope, through `driver` or another driver. */
  readonly at: (scope: ScopeLike, driver?: StorageDriver) => ScopeHandle
  /** A further driver on the same store, not yet opened. */
  readonly createDriver: () => Promise<StorageDriver>
  /** A further driver on the same store, open. */
  readonly openDriver: () => Promise<StorageDriver>
  /** Another store, empty, that nobody has opened yet. */
  readonly createStore: () => Promise<StoreOfCheck>
  /** What the store offers besides; a check that uses one of them has it among its needs. */
  readonly offers: Required<Pick<StoreUnderTest, StoreOffer>>
  /** What a promise gives, or a word that says that it took too long. */
  readonly orNothing: <Result>(promise: Promise<Result>) => Promise<Result | typeof nothingCame>
}

/** A store whose drivers are closed, and which is removed, when the check ends. */
export interface StoreOfCheck {
  readonly createDriver: () => Promise<StorageDriver>
}

/** Makes what a check works with. Whatever the check makes is ended with `stack`. */
export function createTestBench(
  opened: OpenedStore,
  subject: DriverUnderTest,
  expect: Expect,
  stack: AsyncDisposableStack,
): TestBench {
  const { clock, store, driver } = opened
  const driverOn = async (on: StoreUnderTest): Promise<StorageDriver> =>
    stack.use(await on.createDriver())
  const createStore = async (): Promise<StoreOfCheck> => {
    const other = await subject.createStore({ clock: clock.now })
    stack.defer(() => other.dispose?.())
    return { createDriver: () => driverOn(other) }
  }
  const openDriver = async (): Promise<StorageDriver> => {
    const further = await driverOn(store)
    await further.open()
    return further
  }
  const { patienceMs = defaultPatienceMs } = subject
  const at: TestBench['at'] = (scope, through = driver) =>
    new ScopeHandle(through, parseScope(scope), patienceMs)
  return {
    subject,
    expect,
    clock,
    driver,
    store: at({}),
    at,
    createDriver: () => driverOn(store),
    openDriver,
    createStore,
    offers: {
      breakDown: store.breakDown === undefined ? missing('breakDown') : () => opened.breakDown(),
      holdUp: store.holdUp?.bind(store) ?? missing('holdUp'),
      countLeftovers: store.countLeftovers?.bind(store) ?? missing('countLeftovers'),
    },
    orNothing: (promise) => orNothing(promise, patienceMs),
  }
}

function missing(offer: StoreOffer): () => never {
  return () => {
    throw new Error(`The subject offers ${offer}, but its store has no such method.`)
  }
}

function parseScope(scope: ScopeLike): Scope {
  return {
    workspace: parseWorkspaceId(scope.workspace ?? 'acme'),
    plugin: parsePluginId(scope.plugin ?? 'notes'),
    store: scope.store ?? 'storage',
  }
}
