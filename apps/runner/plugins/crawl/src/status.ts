import { persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { countPages } from './frontier.ts'

export class Status extends Tool {
  static override readonly description =
    'Says how far the crawl is: which folder, how many pages were visited, how many are known and not visited yet, how many of these a worker is at, and how often a crawl was started.'

  static override readonly parameters = z.strictObject({})

  async *invoke() {
    yield this.json({
      root: (await persistent_store.get<string>('root')) ?? null,
      runs: (await persistent_store.get<number>('runs')) ?? 0,
      visited: await countPages('visited'),
      pending: await countPages('pending'),
      claimed: await countPages('claimed'),
    })
  }
}
