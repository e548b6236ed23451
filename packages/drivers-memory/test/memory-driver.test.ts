import { mintVersion, parsePluginId, parseStorageKey, parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { expect, test } from 'vitest'

const plugin = { workspace: parseWorkspaceId('w'), plugin: parsePluginId('p') }
const scope = { ...plugin, store: 'storage' } as const
const key = parseStorageKey('k')

test('takes the time of its entries from the clock it is given', async () => {
  await using driver = createMemoryDriver({ clock: () => 42 })
  await driver.open()
  const put = { store: 'storage', key, version: mintVersion(), contentType: null } as const
  const puts = [{ ...put, value: Uint8Array.of(1), expiresAt: null }]
  await driver.commit(plugin, { checks: [], puts, deletes: [], quota: null })
  const [entry] = await driver.get(scope, [key])
  expect(entry).toMatchObject({ createdAt: 42, updatedAt: 42 })
})

test('is a store of its own, which nothing outlives', async () => {
  await using other = createMemoryDriver()
  await other.open()
  expect(await other.get(scope, [key])).toEqual([null])
})
