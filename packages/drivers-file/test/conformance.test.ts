import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runConformance } from '@holdfast/driver-testkit'
import { createFileDriver } from '@holdfast/drivers-file'
import { afterAll, describe, expect, test } from 'vitest'

runConformance(
  {
    name: 'file',
    capabilities: createFileDriver({ path: 'never-opened.db' }).capabilities,
    async createStore({ clock }) {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-file-'))
      return {
        createDriver: () => createFileDriver({ path: join(folder, 'store.db'), clock }),
        dispose: () => rm(folder, { recursive: true }),
      }
    },
  },
  { describe, test, expect, afterAll },
)
