import type { Capabilities } from '@holdfast/core'
import type { SeededRandom } from '../seeded-random.ts'

/** The calls of a driver that read one key, and must all show the same. */
export type ReadMethod = 'get' | 'list' | 'readStream' | 'watch'

/** The calls of a driver that write one key. */
export type WriteMethod = 'commit' | 'writeStream'

/** Chooses a call to read with, among those that the driver supports. */
export function chooseReadMethod(random: SeededRandom, capabilities: Capabilities): ReadMethod {
  return random.pick([
    'get',
    'get',
    'list',
    capabilities.maxStreamBytes > 0 ? 'readStream' : 'get',
    capabilities.maxWatchedKeys > 0 ? 'watch' : 'get',
  ])
}

/** Chooses a call to write with, among those that the driver supports. */
export function chooseWriteMethod(random: SeededRandom, capabilities: Capabilities): WriteMethod {
  return random.pick([
    'commit',
    'commit',
    capabilities.maxStreamBytes > 0 ? 'writeStream' : 'commit',
  ])
}
