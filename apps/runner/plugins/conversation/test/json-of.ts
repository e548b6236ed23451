import type { JsonValue, Message } from '@holdfast/session'

/** The value of the one message that a tool gave, which is a JSON message. */
export function jsonOf(messages: readonly Message[]): JsonValue {
  const [message, ...more] = messages
  if (message?.type === 'json' && more.length === 0) return message.value
  throw new Error(`Expected one JSON message; got ${messages.map(({ type }) => type).join(', ')}.`)
}
