import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { conversationIdSchema, keyOfConversation } from './conversation-id.ts'

export class ForgetConversation extends Tool {
  static override readonly description =
    'Deletes a conversation with all its messages. The next message begins a new one, from 1.'
  static override readonly parameters = z.strictObject({ conversation: conversationIdSchema })

  async *invoke({ conversation }: ParametersOf<typeof ForgetConversation>) {
    await persistent_store.delete(keyOfConversation(conversation))
    yield this.text(`Nothing is kept of ${conversation}.`)
  }
}
