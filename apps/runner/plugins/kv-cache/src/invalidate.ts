import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { resultPrefix } from './cache-key.ts'

const keysPerDelete = 1_000

export class Invalidate extends Tool {
  static override readonly description =
    'Forgets cached results, so that they are computed anew when they are next asked for. A computation that is running is not kept either.'

  static override readonly parameters = z.strictObject({
    prefix: z
      .string()
      .describe(
        'A key as "compute" gave it, to forget one result; the begin of keys, such as "brotli/", to forget several; "" to forget all.',
      ),
  })

  async *invoke({ prefix }: ParametersOf<typeof Invalidate>) {
    const keys = await Array.fromAsync(persistent_store.keys({ prefix: resultPrefix + prefix }))
    for (let first = 0; first < keys.length; first += keysPerDelete) {
      await persistent_store.deleteMany(keys.slice(first, first + keysPerDelete))
    }
    yield this.json({ forgotten: keys.length })
  }
}
