import { persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { resultPrefix } from './cache-key.ts'
import type { Origin } from './single-flight.ts'

const origins: readonly Origin[] = ['hit', 'miss', 'shared']

export class Stats extends Tool {
  static override readonly description =
    'Counts how many calls were answered from the cache (hit), by computing (miss) and by waiting for another call that computed (shared), since the cache was first used; and how many results it holds or computes now.'

  static override readonly parameters = z.strictObject({})

  async *invoke() {
    const counts = await persistent_store.getMany<number>(origins.map((name) => `count/${name}`))
    const results = await Array.fromAsync(persistent_store.keys({ prefix: resultPrefix }))
    yield this.json({
      ...Object.fromEntries(origins.map((name) => [name, counts.get(`count/${name}`) ?? 0])),
      results: results.length,
    })
  }
}
