import { vi, type Mock } from 'vitest'
import {
  type Capabilities,
  limits,
  type ListPage,
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type Put,
  type Scope,
  type ScopesPage,
  type StorageDriver,
  type StorageKey,
  mintVersion,
} from '../src/index.ts'

/** A driver whose answers a test writes; what it does not write resolves at once with nothing. */
export type ScriptedDriver = {
  readonly [Name in keyof StorageDriver]: Scripted<StorageDriver[Name]>
}

type Scripted<Member> = Member extends (...parameters: never) => unknown ? Mock<Member> : Member

const capabilities: Capabilities = {
  durability: 'none',
  shared: false,
  maxValueBytes: 8,
  maxCommitEntries: 3,
  maxCommitBytes: 12,
  maxStreamBytes: 100,
  maxWatchedKeys: 2,
}

export function scriptDriver(script: Partial<StorageDriver> = {}): ScriptedDriver {
  const nothing = { entries: 0, bytes: 0 }
  const methods: Omit<StorageDriver, 'name' | 'capabilities'> = {
    open: async () => {},
    close: async () => {},
    get: async (_scope, keys) => keys.map(() => null),
    commit: async () => {},
    list: async (): Promise<ListPage> => ({ entries: [], cursor: null }),
    usage: async () => nothing,
    scopes: async (): Promise<ScopesPage> => ({ scopes: [], cursor: null }),
    clear: async () => nothing,
    sweep: async () => nothing,
    readStream: async () => null,
    writeStream: () => Promise.reject(new Error('not scripted')),
    watch: none,
    [Symbol.asyncDispose]: async () => {},
  }
  const scripted = { ...methods, ...script }
  return {
    name: 'scripted',
    capabilities: script.capabilities ?? capabilities,
    open: vi.fn<StorageDriver['open']>(scripted.open),
    close: vi.fn<StorageDriver['close']>(scripted.close),
    get: vi.fn<StorageDriver['get']>(scripted.get),
    commit: vi.fn<StorageDriver['commit']>(scripted.commit),
    list: vi.fn<StorageDriver['list']>(scripted.list),
    usage: vi.fn<StorageDriver['usage']>(scripted.usage),
    scopes: vi.fn<StorageDriver['scopes']>(scripted.scopes),
    clear: vi.fn<StorageDriver['clear']>(scripted.clear),
    sweep: vi.fn<StorageDriver['sweep']>(scripted.sweep),
    readStream: vi.fn<StorageDriver['readStream']>(scripted.readStream),
    writeStream: vi.fn<StorageDriver['writeStream']>(scripted.writeStream),
    watch: vi.fn<StorageDriver['watch']>(scripted.watch),
    [Symbol.asyncDispose]: vi.fn<StorageDriver[typeof Symbol.asyncDispose]>(
      scripted[Symbol.asyncDispose],
    ),
  }
}

export const scope: Scope = {
  workspace: parseWorkspaceId('acme'),
  plugin: parsePluginId('notes'),
  store: 'storage',
}

export const key: StorageKey = parseStorageKey('k')

export const listQuery = { prefix: '', cursor: null, limit: limits.maxListLimit, keysOnly: false }

export const scopesQuery = { workspace: null, plugin: null, cursor: null, limit: 1 }

export const emptyCommit = { checks: [], puts: [], deletes: [], quota: null }

export function put(name: string, bytes: number, store: Put['store'] = 'storage'): Put {
  return {
    store,
    key: parseStorageKey(name),
    value: new Uint8Array(bytes),
    version: mintVersion(),
    expiresAt: null,
    contentType: null,
  }
}

/** Every call of a driver, as a test makes them one after the other. */
export const calls: readonly (readonly [string, (driver: StorageDriver) => Promise<unknown>])[] = [
  ['get', (driver) => driver.get(scope, [key])],
  ['commit', (driver) => driver.commit(scope, emptyCommit)],
  ['list', (driver) => driver.list(scope, listQuery)],
  ['usage', (driver) => driver.usage(scope)],
  ['scopes', (driver) => driver.scopes(scopesQuery)],
  ['clear', (driver) => driver.clear(scope)],
  ['sweep', (driver) => driver.sweep(0)],
  ['readStream', (driver) => driver.readStream(scope, key, null)],
  ['writeStream', (driver) => driver.writeStream(scope, streamPut())],
  ['watch', (driver) => firstOf(driver.watch(scope, [key]))],
]

export function streamPut(): Parameters<StorageDriver['writeStream']>[1] {
  const { store: _store, value: _value, ...rest } = put('k', 0)
  return { ...rest, expected: undefined, quota: null, body: none() }
}

export async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item
  return undefined
}

async function* none(): AsyncGenerator<never> {}
