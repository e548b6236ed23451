import {
  type Commit,
  manageDriver,
  mintVersion,
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type Version,
} from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { coalesce, type CoalesceOptions } from '@holdfast/layers'
import { type Mock, vi } from 'vitest'

export const scope: Scope = {
  workspace: parseWorkspaceId('acme'),
  plugin: parsePluginId('notes'),
  store: 'storage',
}

/** A layer around a memory driver, with what is between the two. */
export interface Below {
  readonly driver: StorageDriver
  readonly get: Mock<StorageDriver['get']>
  readonly commit: Mock<StorageDriver['commit']>
  readonly usage: Mock<StorageDriver['usage']>
}

/** Opens a layer around a memory driver whose calls are counted, and answered otherwise where a test says so. */
export async function openBelow(
  script: (memory: StorageDriver) => Partial<StorageDriver> = () => ({}),
  options?: CoalesceOptions,
): Promise<Below> {
  const memory = createMemoryDriver()
  const { get, commit, usage } = { ...handOn(memory), ...script(memory) }
  const mocks = {
    get: vi.fn<StorageDriver['get']>(get),
    commit: vi.fn<StorageDriver['commit']>(commit),
    usage: vi.fn<StorageDriver['usage']>(usage),
  }
  const driver = coalesce(manageDriver({ ...handOn(memory), ...mocks }), options)
  await driver.open()
  return { driver, ...mocks }
}

/** All that a driver does, of which some may be replaced. */
export function handOn(driver: StorageDriver): StorageDriver {
  return {
    name: driver.name,
    capabilities: driver.capabilities,
    open: () => driver.open(),
    close: () => driver.close(),
    [Symbol.asyncDispose]: () => driver.close(),
    get: (...call) => driver.get(...call),
    commit: (...call) => driver.commit(...call),
    list: (...call) => driver.list(...call),
    usage: (...call) => driver.usage(...call),
    scopes: (...call) => driver.scopes(...call),
    clear: (...call) => driver.clear(...call),
    sweep: (...call) => driver.sweep(...call),
    readStream: (...call) => driver.readStream(...call),
    writeStream: (...call) => driver.writeStream(...call),
    watch: (...call) => driver.watch(...call),
  }
}

export function keyOf(name: string | number): StorageKey {
  return parseStorageKey(String(name))
}

/** A commit of one put. */
export function put(
  name: string | number,
  value: Uint8Array = Uint8Array.of(1),
  rest: Partial<Commit> = {},
): Commit {
  const entry = { key: keyOf(name), value, version: mintVersion(), expiresAt: null }
  return {
    checks: [],
    puts: [{ ...entry, store: 'storage', contentType: null }],
    deletes: [],
    quota: null,
    ...rest,
  }
}

/** A commit that changes a key if it has a version. */
export function checkedPut(name: string | number, version: Version | null): Commit {
  return put(name, Uint8Array.of(2), { checks: [{ store: 'storage', key: keyOf(name), version }] })
}

/** What each of several calls came to: `ok`, or the code of its error. */
export async function outcomes(calls: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const settled = await Promise.allSettled(calls)
  return settled.map((result) =>
    result.status === 'fulfilled' ? 'ok' : String((result.reason as { code?: unknown }).code),
  )
}

/** How many commits there were in each commit of the driver below, by their puts. */
export function sizes({ commit }: Below): readonly number[] {
  return commit.mock.calls.map(([, { puts }]) => puts.length)
}

export const numbers: readonly number[] = Array.from({ length: 32 }, (_, index) => index)
