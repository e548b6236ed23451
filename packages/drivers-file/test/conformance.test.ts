import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type DriverUnderTest, runConformance } from '@holdfast/driver-testkit'
import { createFileDriver } from '@holdfast/drivers-file'
import { afterAll, describe, expect, test } from 'vitest'

const fileDriver: DriverUnderTest = {
  name: 'file',
  capabilities: createFileDriver({ path: 'never-opened.db' }).capabilities,
  offers: ['countLeftovers'],
  async createStore({ clock }) {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-file-'))
    const path = join(folder, 'store.db')
    return {
      createDriver: () => createFileDriver({ path, clock }),
      dispose: () => rm(folder, { recursive: true }),
      countLeftovers() {
        using database = new DatabaseSync(path, { readOnly: true })
        const values = 'SELECT stream FROM entries WHERE stream IS NOT NULL'
        const leftovers = `SELECT total(length(bytes)) AS bytes FROM chunks WHERE stream NOT IN (${values})`
        return Number(database.prepare(leftovers).get()?.['bytes'])
      },
    }
  },
}

runConformance(fileDriver, { describe, test, expect, afterAll })
