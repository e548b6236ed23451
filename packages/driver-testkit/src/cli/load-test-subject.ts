import { statSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describeValue, HoldfastError } from '@holdfast/core'
import type { DriverUnderTest } from '../driver-under-test.ts'
import type { TestSubject } from './test-part.ts'
import { useStore } from './use-store.ts'

/** What a module that is given to the command looks like; shown to whoever gave another. */
export const moduleExample = `
  import { mkdtemp, rm } from 'node:fs/promises'
  import { tmpdir } from 'node:os'
  import { join } from 'node:path'
  import type { DriverUnderTest } from '@holdfast/driver-testkit'
  import { createMyDriver } from './my-driver.ts'

  export const driverUnderTest: DriverUnderTest = {
    name: 'my',
    capabilities: createMyDriver('never-opened').capabilities,
    async createStore({ clock }) {
      const folder = await mkdtemp(join(tmpdir(), 'my-driver-'))
      const location = join(folder, 'store')
      return {
        createDriver: () => createMyDriver(location, { clock }),
        location,
        dispose: () => rm(folder, { recursive: true }),
      }
    },
  }

  // For the checks that have processes of their own; they import this module too.
  export const createDriver = (location: string) => createMyDriver(location)`

/**
 * Imports the module that the command was given.
 *
 * @param name path of a module, or name of a package as it is found from the working directory
 * @throws {@link HoldfastError} `USAGE`, with what is wrong with the module
 */
export async function loadTestSubject(name: string): Promise<TestSubject> {
  const { url, exports } = await importFromHere(name)
  const driver = exports['driverUnderTest'] ?? exports['default']
  if (driver === undefined) {
    const names = Object.keys(exports).join(', ') || 'nothing'
    throw unusable(name, `exports no driverUnderTest, but ${names}`)
  }
  if (!isDriverUnderTest(driver)) throw unusable(name, whyNoDriver(driver))
  const { createDriver } = exports
  if (createDriver !== undefined && typeof createDriver !== 'function') {
    throw unusable(name, `exports as createDriver no function, but ${describeValue(createDriver)}`)
  }
  return {
    driver,
    module: url,
    whyNotElsewhere: await findWhyNotElsewhere(name, driver, createDriver !== undefined),
  }
}

interface Imported {
  readonly url: string
  readonly exports: Readonly<Record<string, unknown>>
}

async function importFromHere(name: string): Promise<Imported> {
  const isPath = /^[./]/.test(name) || statSync(name, { throwIfNoEntry: false })?.isFile() === true
  const wanted = isPath ? pathToFileURL(resolve(name)).href : name
  const parentURL = pathToFileURL(join(process.cwd(), 'package.json')).href
  const found = { url: wanted }
  // Packages are looked up where the driver is, and not where this one is installed.
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== wanted) return next(specifier, context)
      const resolved = next(specifier, { ...context, parentURL })
      found.url = resolved.url
      return resolved
    },
  })
  try {
    const exports = (await import(wanted)) as Imported['exports']
    return { ...found, exports }
  } catch (cause) {
    throw new HoldfastError('USAGE', `${name} cannot be imported: ${messageOf(cause)}`, { cause })
  } finally {
    hooks.deregister()
  }
}

function isDriverUnderTest(value: unknown): value is DriverUnderTest {
  return whyNoDriver(value) === ''
}

/** What a value lacks to be a driver under test; empty if nothing. */
function whyNoDriver(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return `exports as driverUnderTest no object, but ${describeValue(value)}`
  }
  const { name, capabilities, createStore } = value as Partial<Record<string, unknown>>
  const wrong = [
    ...(typeof name === 'string' ? [] : ['name is no text']),
    ...(typeof capabilities === 'object' && capabilities !== null
      ? []
      : ['capabilities is no object']),
    ...(typeof createStore === 'function' ? [] : ['createStore is no function']),
  ]
  return wrong.length === 0 ? '' : `exports a driverUnderTest whose ${wrong.join(' and whose ')}`
}

async function findWhyNotElsewhere(
  name: string,
  driver: DriverUnderTest,
  hasOpener: boolean,
): Promise<string | null> {
  if (!hasOpener) return 'the module exports no createDriver(location)'
  try {
    const location = await useStore(driver, async (store) => store.location)
    return location === undefined ? 'createStore gives no location' : null
  } catch (cause) {
    throw new HoldfastError('USAGE', `${name} makes no store: ${messageOf(cause)}`, { cause })
  }
}

function unusable(name: string, reason: string): HoldfastError {
  const message = `${name} ${reason}.\n\nA module to test looks like this:\n${moduleExample}`
  return new HoldfastError('USAGE', message)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
