import {
  parsePluginId,
  parseWorkspaceId,
  type Scope,
  type StorageDriver,
  type StoreName,
} from '@holdfast/core'
import type { DriverUnderTest, StoreUnderTest } from './driver-under-test.ts'
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
  readonly expect: Expect
  readonly subject: DriverUnderTest
  readonly clock: TestClock
  /** Open. */
  readonly driver: StorageDriver
  /** `storage` of a plugin in a workspace, through `driver`. */
  readonly store: ScopeHandle
  /** Another scope, through `driver` or another driver. */
  at(scope: ScopeLike, driver?: StorageDriver): ScopeHandle
  /** A further driver on the same store, not yet opened. */
  createDriver(): Promise<StorageDriver>
  /** A further driver on the same store, open. */
  openDriver(): Promise<StorageDriver>
}

/** Opens a first driver on a store. Whatever is opened is closed with `stack`. */
export async function createTestBench(
  subject: DriverUnderTest,
  store: StoreUnderTest,
  clock: TestClock,
  expect: Expect,
  stack: AsyncDisposableStack,
): Promise<TestBench> {
  const createDriver = async (): Promise<StorageDriver> => stack.use(await store.createDriver())
  const openDriver = async (): Promise<StorageDriver> => {
    const driver = await createDriver()
    await driver.open()
    return driver
  }
  const driver = await openDriver()
  const at: TestBench['at'] = (scope, through = driver) =>
    new ScopeHandle(through, parseScope(scope))
  return { expect, subject, clock, driver, store: at({}), at, createDriver, openDriver }
}

function parseScope(scope: ScopeLike): Scope {
  return {
    workspace: parseWorkspaceId(scope.workspace ?? 'acme'),
    plugin: parsePluginId(scope.plugin ?? 'notes'),
    store: scope.store ?? 'storage',
  }
}
