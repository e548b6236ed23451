import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { conversationIdSchema, keyOfConversation } from './conversation-id.ts'
import { conversationLimits } from './conversation-limits.ts'
import { type Conversation, emptyConversation } from './conversation.ts'

export class History extends Tool {
  static override readonly description =
    'Gives the newest messages of a conversation, the oldest of them first.'
  static override readonly parameters = z.strictObject({
    conversation: conversationIdSchema,
    last: z
      .int()
      .min(1)
      .max(conversationLimits.maxMessages)
      .default(20)
      .describe('How many messages at most.'),
  })

  async *invoke({ conversation, last }: ParametersOf<typeof History>) {
    const stored = await persistent_store.get<Conversation>(keyOfConversation(conversation))
    const { appended, messages } = stored ?? emptyConversation
    yield this.json({
      conversation,
      messages: messages.slice(-last),
      /** Kept messages before these, for a call with a larger `last`. */
      earlier: Math.max(messages.length - last, 0),
      dropped: appended - messages.length,
    })
  }
}
