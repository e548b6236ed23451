/**
 * How much of a conversation is kept: the newest messages, as many as are within both bounds. An
 * append rewrites what is kept, so the bounds are also what an append costs.
 */
export const conversationLimits = {
  maxMessages: 200,
  /** Of the messages as JSON in UTF-8. */
  maxBytes: 65_536,
  /** In UTF-16 units. JSON takes at most 6 bytes for one, so a single message is always kept. */
  maxTextLength: 8_000,
} as const
