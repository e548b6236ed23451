import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { conversationOfKey, conversationPrefix } from './conversation-id.ts'
import type { Conversation } from './conversation.ts'

export class ListConversations extends Tool {
  static override readonly description =
    'Lists conversations page by page: how many messages each has kept and dropped, its size and its times.'
  static override readonly parameters = z.strictObject({
    prefix: z.string().max(128).default('').describe('Only ids that begin with this text.'),
    limit: z.int().min(1).max(100).default(50).describe('Most conversations of the page.'),
    cursor: z.string().optional().describe('The cursor that the page before ended with.'),
  })

  async *invoke({ prefix, limit, cursor }: ParametersOf<typeof ListConversations>) {
    const page = await persistent_store.list({ prefix: conversationPrefix + prefix, limit, cursor })
    const stored = await persistent_store.getMany<Conversation>(page.entries.map(({ key }) => key))
    yield this.json({
      conversations: page.entries.flatMap(({ key, size, createdAt, updatedAt }) => {
        const conversation = stored.get(key)
        // Forgotten since it was listed.
        if (conversation === undefined) return []
        const kept = conversation.messages.length
        return {
          conversation: conversationOfKey(key),
          kept,
          dropped: conversation.appended - kept,
          bytes: size,
          startedAt: new Date(createdAt).toISOString(),
          lastMessageAt: new Date(updatedAt).toISOString(),
        }
      }),
      cursor: page.cursor,
    })
  }
}
