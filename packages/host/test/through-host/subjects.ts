import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DriverUnderTest } from '@holdfast/driver-testkit'
import { createFileDriver } from '@holdfast/drivers-file'
import { createMemoryDriver } from '@holdfast/drivers-memory'

export const memorySubject: DriverUnderTest = {
  name: 'memory',
  capabilities: createMemoryDriver().capabilities,
  createStore: ({ clock }) => ({ createDriver: () => createMemoryDriver({ clock }) }),
}

export const fileSubject: DriverUnderTest = {
  name: 'file',
  capabilities: createFileDriver({ path: 'never-opened.db' }).capabilities,
  offers: ['holdUp'],
  async createStore({ clock }) {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-host-'))
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
