import { fileURLToPath } from 'node:url'
import { parsePluginId, type PluginId, type StorageDriver } from '@holdfast/core'
import type { DriverUnderTest, StoreUnderTest } from '@holdfast/driver-testkit'
import { createHost, type Host, type PluginManifest, readManifest } from '../../src/index.ts'
import { builtFixture } from '../built-fixture.ts'
import type { HostRow } from '../host-rows.ts'
import { RelayClient } from './relay-client.ts'
import { RelayedDriver } from './relayed-driver.ts'
import { manifestQuotaBytes, ServedDriver } from './served-driver.ts'

/** The ids of plugins that checks of the kit name. */
const pluginsOfKit: readonly PluginId[] = [
  'a a-b a.b a_b aa b bc c d e k note notes notes.b notes2 team other cleared gone'.split(' '),
  ['a'.repeat(64)],
  Array.from({ length: 20 }, (_, round) => `plugin-${round}`),
]
  .flat()
  .map(parsePluginId)

/**
 * A subject whose drivers are used from inside a plugin, in a host of that row. Each plugin id of the
 * kit is that of a plugin of its own, all with the code of fixtures/relay.
 */
export async function relayedSubject(
  subject: DriverUnderTest,
  row: HostRow,
  makeRelay = (host: Host): RelayClient => new RelayClient(host),
): Promise<DriverUnderTest> {
  const plugins = await relayManifests(row)
  return {
    ...subject,
    name: `${subject.name}, used by a plugin in ${row.title},`,
    async createStore(setting) {
      const store = await subject.createStore(setting)
      const made: { readonly host: Host; readonly driver: RelayedDriver }[] = []
      const relayed: StoreUnderTest = {
        async createDriver(): Promise<StorageDriver> {
          const served = new ServedDriver(await store.createDriver())
          const host = createHost({ driver: served, plugins, keepsWarm: false, ...row.options })
          const driver = new RelayedDriver(served, makeRelay(host))
          made.push({ host, driver })
          return driver
        },
        async dispose() {
          for (const { driver } of made) driver.abandon()
          await Promise.all(made.map(({ host }) => host.close()))
          await store.dispose?.()
        },
      }
      if (store.breakDown !== undefined) relayed.breakDown = store.breakDown.bind(store)
      if (store.holdUp !== undefined) relayed.holdUp = store.holdUp.bind(store)
      if (store.countLeftovers !== undefined) {
        relayed.countLeftovers = store.countLeftovers.bind(store)
      }
      return relayed
    },
  }
}

/** The one plugin under each id, with bounds that no check comes near. */
async function relayManifests({ options }: HostRow): Promise<readonly PluginManifest[]> {
  const folder = fileURLToPath(new URL('../fixtures/relay', import.meta.url))
  // Each check has processes of its own, and what is built starts sooner.
  const manifest = await (options.mode === 'inline' ? readManifest(folder) : builtFixture('relay'))
  const limits = { ...manifest.limits, concurrency: 2_000, queue: 2_000, memoryBytes: 2 ** 30 }
  return pluginsOfKit.map((id) => ({ ...manifest, id, limits, quotaBytes: manifestQuotaBytes }))
}
