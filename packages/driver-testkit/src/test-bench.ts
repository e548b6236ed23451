import {
  parsePluginId,
  parseWorkspaceId,
  type Scope,
  type StorageDriver,
  type StoreName,
} from '@holdfast/core'
import type { DriverUnderTest, StoreUnderTest } from './driver-under-test.ts'
import type { OpenedStore } from './opened-store.ts'
import { ScopeHandle } from './scope-handle.ts'
import type { TestClock } from './test-clock.ts'
import type { Expect } from './test-runner.ts'

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
}

/** A store whose drivers are closed, and which is removed, when the check ends. */
export interface StoreOfCheck {
  readonly createDriver: () => Promise<StorageDriver>
}

/** Makes what a check works with. Whatever the check makes is ended with `stack`. */
export function createTestBench(
  { clock, store, driver }: OpenedStore,
  subject: DriverUnderTest,
  expect: Expect,
  stack: AsyncDisposableStack,
): TestBench {
  const driverOn = async (on: StoreUnderTest): Promise<StorageDriver> =>
    stack.use(await on.createDriver())
  const createStore = async (): Promise<StoreOfCheck> => {
    const other = await subject.createStore({ clock: clock.now })
    stack.defer(() => other.dispose?.())
    return { createDriver: () => driverOn(other) }
  }
  const openDriver = async (): Promise<StorageDriver> => {
    const opened = await driverOn(store)
    await opened.open()
    return opened
  }
  const at: TestBench['at'] = (scope, through = driver) =>
    new ScopeHandle(through, parseScope(scope))
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
  }
}

function parseScope(scope: ScopeLike): Scope {
  return {
    workspace: parseWorkspaceId(scope.workspace ?? 'acme'),
    plugin: parsePluginId(scope.plugin ?? 'notes'),
    store: scope.store ?? 'storage',
  }
}
