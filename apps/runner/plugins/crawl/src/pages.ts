import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import type { PageRecord } from './page-record.ts'

export class Pages extends Tool {
  static override readonly description =
    'Lists the records of visited pages in order of their paths: title, length of text, links and dead links.'

  static override readonly parameters = z.strictObject({
    limit: z.int().min(1).max(1_000).default(100).describe('Most pages of one answer.'),
    cursor: z
      .string()
      .nullable()
      .default(null)
      .describe('The cursor of the answer before; null for the first.'),
  })

  async *invoke({ limit, cursor }: ParametersOf<typeof Pages>) {
    const page = await persistent_store.list({ prefix: 'visited/', limit, cursor })
    const keys = page.entries.map(({ key }) => key)
    const records = await persistent_store.getMany<PageRecord>(keys)
    yield this.json({ pages: [...records.values()], cursor: page.cursor })
  }
}
