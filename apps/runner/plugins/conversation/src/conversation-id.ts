import * as z from 'zod'

/** What all keys of conversations begin with. */
export const conversationPrefix = 'conversations/'

export const conversationIdSchema = z
  .string()
  .regex(/^[\w.@+=/-]{1,128}$/, {
    error: 'expected 1 to 128 of the characters A-Z, a-z, 0-9 and . _ - @ + = /',
  })
  .describe('Id of the conversation, such as "support/2041". It begins with its first message.')

export function keyOfConversation(id: string): string {
  return conversationPrefix + id
}

export function conversationOfKey(key: string): string {
  return key.slice(conversationPrefix.length)
}
