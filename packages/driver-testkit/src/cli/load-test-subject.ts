import { describeValue, HoldfastError } from '@holdfast/core'
import type { DriverModule } from '../driver-module.ts'
import type { DriverUnderTest } from '../driver-under-test.ts'
import type { ImportedModule } from './import-from-here.ts'
import { storesAtPaths } from './stores-at-paths.ts'
import type { TestSubject } from './test-part.ts'
import { useStore } from './use-store.ts'

/** What a module is that is given to the command; shown to whoever gave another. */
export const moduleHelp = `A module of a driver exports what the runner calls, too:

  export function createDriver(location: string): StorageDriver

Then each store is at a path of its own, where nothing is yet. A driver that has its stores elsewhere,
or that takes a clock, so that the checks of expiry can move the time, exports besides:

  export const driverUnderTest: DriverUnderTest = {
    name: 'my',
    capabilities: createMyDriver({ url: 'my:never-opened' }).capabilities,
    async createStore({ clock }) {
      const url = await createTestDatabase()
      return {
        createDriver: () => createMyDriver({ url, clock }),
        location: url,
        dispose: () => dropTestDatabase(url),
      }
    },
  }

It is what runConformance takes in your tests. With location, createDriver opens the same store in
the processes of the checks that have several, and of those that kill.`

/**
 * Finds the driver in the module that the command was given.
 *
 * @param name by which the module was given
 * @throws {@link HoldfastError} `USAGE`, with what is wrong with the module
 */
export async function toTestSubject(
  name: string,
  { url, exports }: ImportedModule,
): Promise<TestSubject> {
  const { createDriver } = exports
  if (createDriver !== undefined && typeof createDriver !== 'function') {
    throw unusable(name, `exports as createDriver no function, but ${describeValue(createDriver)}`)
  }
  if (createDriver === undefined && typeof exports['default'] === 'function') {
    throw unusable(
      name,
      'exports a function by default; createDriver is to be exported by its name',
    )
  }
  const opener = createDriver as DriverModule['createDriver'] | undefined
  const given = exports['driverUnderTest'] ?? exports['default']
  if (given === undefined && opener === undefined) {
    const names = Object.keys(exports).join(', ') || 'nothing'
    throw unusable(name, `exports neither createDriver nor driverUnderTest, but ${names}`)
  }
  try {
    const driver = given ?? (opener && (await storesAtPaths({ createDriver: opener })))
    const missing = whyNoDriver(driver)
    if (missing !== '') throw unusable(name, missing)
    const subject = { driver: driver as DriverUnderTest, module: url }
    const whyNotElsewhere =
      opener === undefined
        ? 'the module exports no createDriver(location)'
        : await findWhyNotElsewhere(subject.driver)
    return { ...subject, whyNotElsewhere }
  } catch (cause) {
    if (cause instanceof UnusableModule) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HoldfastError('USAGE', `${name} makes no driver or store: ${reason}`, { cause })
  }
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
  return wrong.length === 0 ? '' : `has a driver whose ${wrong.join(' and whose ')}`
}

async function findWhyNotElsewhere(driver: DriverUnderTest): Promise<string | null> {
  const location = await useStore(driver, async (store) => store.location)
  return location === undefined ? 'createStore gives no location' : null
}

class UnusableModule extends HoldfastError {}

function unusable(name: string, reason: string): UnusableModule {
  return new UnusableModule('USAGE', `${name} ${reason}.\n\n${moduleHelp}`)
}
