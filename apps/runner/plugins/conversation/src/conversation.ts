import { conversationLimits } from './conversation-limits.ts'

/** Who speaks. */
export const roles = ['system', 'user', 'assistant', 'tool'] as const

/** A message as its sender gives it. */
export interface NewMessage {
  readonly role: (typeof roles)[number]
  readonly text: string
  /** Names the message, so that to append it again changes nothing. */
  readonly id?: string | undefined
}

/** A message as it is kept. */
export interface ChatMessage {
  /** Its place in the conversation, from 1. No number is given twice or left out. */
  readonly sequence: number
  /** When it was appended, as an ISO timestamp. */
  readonly at: string
  readonly role: NewMessage['role']
  readonly text: string
  readonly id?: string
}

/** One conversation, as it is stored. */
export interface Conversation {
  /** How many messages were ever appended, kept or not. */
  readonly appended: number
  /** The newest messages, in order. */
  readonly messages: readonly ChatMessage[]
}

export const emptyConversation: Conversation = { appended: 0, messages: [] }

/**
 * Adds a message, and drops the oldest that are beyond the bounds.
 *
 * @returns the same conversation if the message with this id is in it already
 * @throws when the id is that of another message
 */
export function append(
  conversation: Conversation,
  { id, role, text }: NewMessage,
  now: number,
): Conversation {
  const same = id === undefined ? undefined : conversation.messages.find((old) => old.id === id)
  if (same !== undefined) {
    if (same.role === role && same.text === text) return conversation
    throw new Error(`The id ${JSON.stringify(id)} is that of another message, ${same.sequence}.`)
  }
  const sequence = conversation.appended + 1
  const at = new Date(now).toISOString()
  const message = { sequence, at, role, text, ...(id === undefined ? {} : { id }) }
  return { appended: sequence, messages: newest([...conversation.messages, message]) }
}

function newest(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const { maxMessages, maxBytes } = conversationLimits
  let bytes = '['.length
  const lastDropped = messages.findLastIndex((message, index) => {
    bytes += Buffer.byteLength(JSON.stringify(message)) + ','.length
    return bytes > maxBytes || messages.length - index > maxMessages
  })
  return messages.slice(lastDropped + 1)
}
