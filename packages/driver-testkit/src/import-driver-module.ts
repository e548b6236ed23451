import { MisuseError } from '@holdfast/core'
import type { DriverModule } from './driver-module.ts'

/**
 * Imports a module that makes drivers.
 *
 * @throws {@link MisuseError} `INVALID_ARGUMENT` where it makes none
 */
export async function importDriverModule(url: string): Promise<DriverModule> {
  const { createDriver } = (await import(url)) as Partial<DriverModule>
  if (typeof createDriver === 'function') return { createDriver }
  throw new MisuseError(
    'INVALID_ARGUMENT',
    `A driver module exports createDriver(location); ${url} does not.`,
  )
}
