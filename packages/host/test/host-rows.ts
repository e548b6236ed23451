import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isHoldfastError } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, type HostMode, type HostOptions } from '../src/index.ts'

/** In which host a suite is run. */
export interface HostRow {
  /** Stands in the titles of tests. */
  readonly title: string
  readonly options: Omit<HostOptions, 'driver' | 'plugins'>
}

const node26 = fileURLToPath(new URL('../../../node_modules/node-26/bin/node', import.meta.url))

/** The modes in which a plugin has a process of its own, on each Node.js that is there. */
export const processRows: readonly HostRow[] = (
  await Promise.all((['process', 'sandbox'] as const).map((mode) => rowsOf(mode)))
).flat()

/** All modes, on each Node.js that is there. */
export const hostRows: readonly HostRow[] = [
  { title: 'mode inline', options: { mode: 'inline' } },
  ...processRows,
]

async function rowsOf(mode: HostMode): Promise<readonly HostRow[]> {
  if (!(await isThere(mode))) return []
  const major = process.versions.node.split('.')[0]
  const own = { title: `mode ${mode}, Node.js ${major}`, options: { mode } }
  const options = { mode, nodePath: node26 }
  return existsSync(node26) ? [own, { title: `mode ${mode}, Node.js 26`, options }] : [own]
}

/** Whether this machine can run plugins in a mode. */
async function isThere(mode: HostMode): Promise<boolean> {
  try {
    await using host = createHost({ driver: createMemoryDriver(), plugins: [], mode })
    await host.prepare()
    return true
  } catch (error) {
    if (isHoldfastError(error, 'SANDBOX_UNAVAILABLE')) return false
    throw error
  }
}
