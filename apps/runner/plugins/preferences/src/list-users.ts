import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { userPrefix } from './user-preferences.ts'

export class ListUsers extends Tool {
  static override readonly description =
    'Lists the users who set preferences, page by page, with the time of their last change.'
  static override readonly parameters = z.strictObject({
    limit: z.int().min(1).max(1_000).default(100).describe('Most users of the page.'),
    cursor: z.string().optional().describe('The cursor that the page before ended with.'),
  })

  async *invoke({ limit, cursor }: ParametersOf<typeof ListUsers>) {
    const page = await persistent_store.list({ prefix: userPrefix, limit, cursor })
    yield this.json({
      users: page.entries.map(({ key, updatedAt }) => ({
        user: key.slice(userPrefix.length),
        changedAt: new Date(updatedAt).toISOString(),
      })),
      cursor: page.cursor,
    })
  }
}
