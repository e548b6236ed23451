import { persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { inBatches } from './in-batches.ts'

export class Reset extends Tool {
  static override readonly description =
    'Forgets the crawl, so that the next one begins anew, in whatever folder. Pages that a running crawl is at are visited all the same.'

  static override readonly parameters = z.strictObject({})

  async *invoke() {
    const keys = await Array.fromAsync(persistent_store.keys())
    for (const batch of inBatches(keys.filter((key) => key !== 'root'))) {
      await persistent_store.deleteMany(batch)
    }
    // Last, so that a reset that was killed leaves no pages that seem to be of another folder.
    await persistent_store.delete('root')
    yield this.text('The crawl is forgotten.')
  }
}
