import { mintVersion, type StorageDriver } from '@holdfast/core'
import { persistent_store } from '@holdfast/session'
import { expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { openDriver } from './make-context.ts'

/** Has something happen once, after a key was read and before what was read of it is used. */
function onceRead(driver: StorageDriver, happen: () => unknown): StorageDriver {
  const get = driver.get.bind(driver)
  let hasHappened = false
  driver.get = async (...call) => {
    const entries = await get(...call)
    if (!hasHappened) {
      hasHappened = true
      await happen()
    }
    return entries
  }
  return driver
}

test('a key that is checked to be absent, and is deleted meanwhile, begins anew', async () => {
  const driver = await openDriver()
  await invoke(async () => persistent_store.set('n', 5), { driver })
  const removed = onceRead(driver, () => invoke(() => persistent_store.delete('n'), { driver }))
  await invoke(
    async ({ atomic }) => {
      const change = atomic()
      change.persistent_store.check('n', null).increment('n')
      const { numbers } = await change.commit()
      expect(numbers.get('n')).toBe(1)
      expect(await persistent_store.get('n')).toBe(1)
    },
    { driver: removed },
  )
})

test('a key that is checked to be absent, and expires meanwhile, begins anew and stays', async () => {
  let now = 1_000
  const clock = (): number => now
  const driver = await openDriver(clock)
  await invoke(async () => persistent_store.set('n', 5, { expiresInMs: 10 }), { driver, clock })
  await invoke(
    async ({ atomic }) => {
      const change = atomic()
      change.persistent_store.check('n', null).increment('n')
      const { numbers } = await change.commit()
      expect(numbers.get('n')).toBe(1)
      expect(await persistent_store.get('n')).toBe(1)
    },
    { driver: onceRead(driver, () => (now += 10)), clock },
  )
})

test('a check of the key that is incremented fails like any other', async () => {
  await invoke(async ({ atomic }) => {
    await persistent_store.set('n', 5)
    for (const version of [null, mintVersion()]) {
      const change = atomic()
      change.persistent_store.check('n', version).increment('n')
      expect(await caught(change.commit())).toMatchObject({ code: 'VERSION_MISMATCH' })
    }
    expect(await persistent_store.get('n')).toBe(5)
    const entry = await persistent_store.getEntry('n')
    const change = atomic()
    change.persistent_store.check('n', entry?.version ?? null).increment('n')
    expect((await change.commit()).numbers.get('n')).toBe(6)
  })
})
