import { type ModuleHooks, registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  describeValue,
  HoldfastError,
  isHoldfastError,
  manageDriver,
  type StorageDriver,
} from '@holdfast/core'

/**
 * Makes a driver by the module of a contributor, which exports `createDriver(location)`.
 *
 * @param name of a package, looked up from the working directory and else from this package; or the
 * path of a module, which begins with `.` or `/`
 * @throws {@link HoldfastError} `DRIVER_NOT_FOUND`; `DRIVER_FAILURE` when `createDriver` fails
 */
export async function importDriver(name: string, location: string): Promise<StorageDriver> {
  const module = await importModule(name)
  if (typeof module.createDriver !== 'function') {
    throw driverNotFound(name, 'exports no createDriver(location), so it is no driver')
  }
  const driver = await callCreateDriver(name, module.createDriver, location)
  if (typeof driver !== 'object' || driver === null || !('commit' in driver)) {
    throw driverNotFound(name, `made no driver, but ${describeValue(driver)}`)
  }
  return manageDriver(driver as StorageDriver)
}

/** What a driver's module exports, if it is one. */
interface DriverModule {
  readonly createDriver?: (location: string) => unknown
}

async function importModule(name: string): Promise<DriverModule> {
  const specifier = /^[./]/.test(name) ? pathToFileURL(resolve(name)).href : name
  const hooks = lookUpFromWorkingDirectory(specifier)
  try {
    return (await import(specifier)) as DriverModule
  } catch (cause) {
    throw driverNotFound(name, `cannot be loaded: ${messageOf(cause)}`, cause)
  } finally {
    hooks.deregister()
  }
}

/** The operator's packages are where the operator is, and not where this package is installed. */
function lookUpFromWorkingDirectory(wanted: string): ModuleHooks {
  const parentURL = pathToFileURL(join(process.cwd(), 'package.json')).href
  return registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== wanted) return next(specifier, context)
      try {
        return next(specifier, { ...context, parentURL })
      } catch {
        return next(specifier, context)
      }
    },
  })
}

async function callCreateDriver(
  name: string,
  create: (location: string) => unknown,
  location: string,
): Promise<unknown> {
  try {
    return await create(location)
  } catch (cause) {
    if (isHoldfastError(cause)) throw cause
    throw new HoldfastError(
      'DRIVER_FAILURE',
      `createDriver of ${name} failed: ${messageOf(cause)}.`,
      { cause },
    )
  }
}

function driverNotFound(name: string, reason: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'DRIVER_NOT_FOUND',
    `The driver ${name} ${reason}. A store is file:PATH or memory:, or has before its colon the name of an installed package, or is the path of a module, such as ./driver.js#location.`,
    { context: { driver: name }, ...(cause === undefined ? {} : { cause }) },
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
