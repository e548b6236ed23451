import { createMemoryDriver } from '@holdfast/drivers-memory'
import { persistent_store } from '@holdfast/session'
import type { Probe } from './probe.ts'

const key = 'kept'
const told: string[] = []

/** What happens in another workspace first: the same plugin is told the secret, and stores it. */
export const keep: Probe = async ({ secret }) => {
  told.push(secret)
  await persistent_store.set(key, secret)
  return null
}

/** Leaks of what other workspaces have, to the same plugin. */
export const dataProbes: Readonly<Record<string, Probe>> = {
  toldInOtherWorkspace: ({ secret }) => (told.includes(secret) ? 'a variable' : null),
  storeOfOtherWorkspace: async ({ otherWorkspace }) => {
    const driver = await catchDriver()
    const scope = { workspace: otherWorkspace, plugin: 'probe', store: 'persistent_store' }
    const [entry] = (await driver?.get(scope, [key])) ?? []
    return entry ?? null
  },
}

interface Driver {
  get: (this: unknown, scope: object, keys: readonly string[]) => Promise<readonly unknown[]>
}

/** Gets hold of the driver of whoever serves this plugin, if that is of the class of its own. */
async function catchDriver(): Promise<Driver | null> {
  const prototype = Object.getPrototypeOf(createMemoryDriver()) as Driver
  const { get } = prototype
  const caught: Driver[] = []
  prototype.get = function (scope, keys) {
    caught.push(this as Driver)
    return get.call(this, scope, keys)
  }
  try {
    await persistent_store.get(key)
  } finally {
    prototype.get = get
  }
  return caught[0] ?? null
}
