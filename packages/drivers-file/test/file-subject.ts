import { existsSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DriverUnderTest } from '@holdfast/driver-testkit'
import { createFileDriver } from '@holdfast/drivers-file'

/** The file driver as the kit meets it, each store in a folder of its own. */
export const fileSubject: DriverUnderTest = {
  name: 'file',
  capabilities: createFileDriver({ path: 'never-opened.db' }).capabilities,
  offers: ['breakDown', 'holdUp', 'countLeftovers'],
  async createStore({ clock }) {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-file-'))
    const path = join(folder, 'store.db')
    return {
      createDriver: () => createFileDriver({ path, clock }),
      dispose: () => rm(folder, { recursive: true }),
      async breakDown() {
        for (const file of [path, `${path}-wal`]) if (existsSync(file)) await overwrite(file)
      },
      holdUp() {
        const other = new DatabaseSync(path)
        other.exec('BEGIN IMMEDIATE')
        return () => other.close()
      },
      countLeftovers() {
        using database = new DatabaseSync(path, { readOnly: true })
        const values = 'SELECT stream FROM entries WHERE stream IS NOT NULL'
        const leftovers = `SELECT total(length(bytes)) AS bytes FROM chunks WHERE stream NOT IN (${values})`
        return Number(database.prepare(leftovers).get()?.['bytes'])
      },
    }
  },
}

/** Leaves of a file its length and its header, as a disk does that gives back rubbish. */
async function overwrite(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  const headerBytes = 100
  if (size > headerBytes)
    await file.write(Buffer.alloc(size - headerBytes, 0xff), 0, null, headerBytes)
}
