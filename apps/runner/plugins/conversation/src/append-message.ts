import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { conversationIdSchema, keyOfConversation } from './conversation-id.ts'
import { conversationLimits } from './conversation-limits.ts'
import { append, type Conversation, emptyConversation, roles } from './conversation.ts'

export class AppendMessage extends Tool {
  static override readonly description =
    'Appends a message to a conversation and gives its sequence number. The oldest messages are dropped when the conversation grows too long.'
  static override readonly parameters = z.strictObject({
    conversation: conversationIdSchema,
    role: z.enum(roles).describe('Who speaks.'),
    text: z.string().min(1).max(conversationLimits.maxTextLength).describe('What is said.'),
    id: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('A name for the message; to append it again under the same name changes nothing.'),
  })

  async *invoke({ conversation, ...message }: ParametersOf<typeof AppendMessage>) {
    const { appended, messages } = await persistent_store.update<Conversation>(
      keyOfConversation(conversation),
      (current = emptyConversation) => append(current, message, this.session.now()),
    )
    const own = messages.findLast(({ id }) => id === message.id)
    yield this.json({
      conversation,
      sequence: own?.sequence ?? appended,
      kept: messages.length,
      dropped: appended - messages.length,
    })
  }
}
