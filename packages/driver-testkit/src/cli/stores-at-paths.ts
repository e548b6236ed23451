import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DriverModule } from '../driver-module.ts'
import type { DriverUnderTest } from '../driver-under-test.ts'

/** A driver as its module alone shows it: its stores are at paths where nothing is yet. */
export async function storesAtPaths({ createDriver }: DriverModule): Promise<DriverUnderTest> {
  const { name, capabilities } = await createDriver(join(tmpdir(), 'never-opened'))
  return {
    name,
    capabilities,
    takesClock: false,
    async createStore() {
      const folder = await mkdtemp(join(tmpdir(), 'store-'))
      const location = join(folder, 'store')
      return {
        createDriver: () => createDriver(location),
        location,
        dispose: () => rm(folder, { recursive: true }),
      }
    },
  }
}
