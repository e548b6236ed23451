import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { conversationLimits } from '../src/conversation-limits.ts'
import { append, type Conversation, emptyConversation } from '../src/conversation.ts'

const { maxMessages, maxBytes, maxTextLength } = conversationLimits
const now = Date.parse('2030-01-01T00:00:00.000Z')

function appendAll(texts: readonly string[]): Conversation {
  return texts.reduce<Conversation>(
    (conversation, text) => append(conversation, { role: 'user', text }, now),
    emptyConversation,
  )
}

function bytesOf({ messages }: Conversation): number {
  return Buffer.byteLength(JSON.stringify(messages))
}

test('what is kept is the end of what was appended, within both bounds, whatever it is', () => {
  const anyText = fc
    .tuple(fc.constantFrom('a', 'é', '€', '🦔', '\0', '\ud800'), fc.nat(maxTextLength))
    .map(([unit, length]) => unit.repeat(maxTextLength).slice(0, length))
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 30 }), (texts) => {
      const conversation = appendAll(texts)
      const { messages } = conversation
      expect(conversation.appended).toBe(texts.length)
      expect(messages.length).toBeGreaterThan(0)
      expect(bytesOf(conversation)).toBeLessThanOrEqual(maxBytes)
      const dropped = texts.length - messages.length
      expect(messages.map(({ text }) => text)).toEqual(texts.slice(dropped))
      expect(messages.map(({ sequence }) => sequence)).toEqual(
        messages.map((_message, index) => dropped + index + 1),
      )
    }),
    { numRuns: 50 },
  )
})

test('no more is dropped than the bound of bytes asks for', () => {
  const conversation = appendAll(Array.from({ length: 50 }, () => 'a'.repeat(4_000)))
  const each = bytesOf(conversation) / conversation.messages.length
  expect(bytesOf(conversation)).toBeLessThanOrEqual(maxBytes)
  expect(bytesOf(conversation) + each).toBeGreaterThan(maxBytes)
})

test('no more is dropped than the bound of messages asks for', () => {
  const texts = Array.from({ length: maxMessages + 5 }, (_none, index) => String(index))
  expect(appendAll(texts.slice(0, maxMessages)).messages).toHaveLength(maxMessages)
  expect(appendAll(texts).messages.map(({ text }) => text)).toEqual(texts.slice(5))
})
