import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type DriverUnderTest, wrapSubject } from '@holdfast/driver-testkit'
import { createFileDriver } from '@holdfast/drivers-file'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { coalesce } from '@holdfast/layers'

/** The memory driver by itself. */
export const memory: DriverUnderTest = {
  name: 'memory',
  capabilities: createMemoryDriver().capabilities,
  createStore: ({ clock }) => ({ createDriver: () => createMemoryDriver({ clock }) }),
}

const file: DriverUnderTest = {
  name: 'file',
  capabilities: createFileDriver({ path: 'never-opened' }).capabilities,
  offers: ['holdUp'],
  async createStore({ clock }) {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-layers-'))
    const path = join(folder, 'store.db')
    return {
      createDriver: () => createFileDriver({ path, clock }),
      dispose: () => rm(folder, { recursive: true }),
      holdUp() {
        const other = new DatabaseSync(path)
        other.exec('BEGIN IMMEDIATE')
        return () => other.close()
      },
    }
  },
}

export const coalescedMemory: DriverUnderTest = wrapSubject(memory, 'coalesced memory', (driver) =>
  coalesce(driver),
)

export const coalescedFile: DriverUnderTest = wrapSubject(file, 'coalesced file', (driver) =>
  coalesce(driver),
)
