import {
  mintVersion,
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type StorageDriver,
} from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { expect, test } from 'vitest'

const plugin = { workspace: parseWorkspaceId('acme'), plugin: parsePluginId('notes') }
const scope = { ...plugin, store: 'storage' } as const
const key = parseStorageKey('key')

test('takes the time of its entries from the clock it is given', async () => {
  await using driver = createMemoryDriver({ clock: () => 42 })
  await driver.open()
  await put(driver)
  const [entry] = await driver.get(scope, [key])
  expect(entry).toMatchObject({ createdAt: 42, updatedAt: 42 })
})

test('goes by the time of the machine when it is given no clock', async () => {
  await using driver = createMemoryDriver()
  await driver.open()
  const before = Date.now()
  await put(driver)
  const [entry] = await driver.get(scope, [key])
  expect(entry?.createdAt).toBeGreaterThanOrEqual(before)
  expect(entry?.createdAt).toBeLessThanOrEqual(Date.now())
})

test('is a store of its own: another one has nothing of it', async () => {
  await using driver = createMemoryDriver()
  await using other = createMemoryDriver()
  await Promise.all([driver.open(), other.open()])
  await put(driver)
  expect((await driver.get(scope, [key]))[0]?.size).toBe(1)
  expect(await other.get(scope, [key])).toEqual([null])
})

async function put(driver: StorageDriver): Promise<void> {
  const version = mintVersion()
  const metadata = { store: 'storage', key, version, expiresAt: null, contentType: null } as const
  const puts = [{ ...metadata, value: Uint8Array.of(7) }]
  await driver.commit(plugin, { checks: [], puts, deletes: [], quota: null })
}
