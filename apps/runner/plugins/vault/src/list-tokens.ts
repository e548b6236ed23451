import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { keyOfUses, tokenPrefix, toTimestamp } from './vault-entry.ts'

export class ListTokens extends Tool {
  static override readonly description =
    'Lists the services that have a token, page by page, with age, expiry and use; never a token.'
  static override readonly parameters = z.strictObject({
    limit: z.int().min(1).max(100).default(50).describe('Most services of the page.'),
    cursor: z.string().optional().describe('The cursor that the page before ended with.'),
  })

  async *invoke({ limit, cursor }: ParametersOf<typeof ListTokens>) {
    // A page of a listing carries no values, so no token is even read.
    const page = await this.session.storage.list({ prefix: tokenPrefix, limit, cursor })
    const tokens = page.entries.map(async ({ key, createdAt, updatedAt, expiresAt }) => {
      const service = key.slice(tokenPrefix.length)
      const uses = await persistent_store.getEntry<number>(keyOfUses(service))
      return {
        service,
        storedAt: toTimestamp(createdAt),
        rotatedAt: updatedAt === createdAt ? null : toTimestamp(updatedAt),
        expiresAt: toTimestamp(expiresAt),
        uses: uses?.value ?? 0,
        lastUsedAt: toTimestamp(uses?.updatedAt ?? null),
      }
    })
    yield this.json({ tokens: await Promise.all(tokens), cursor: page.cursor })
  }
}
