/**
 * Shows in text what a terminal would obey, as the escapes that JSON has: JSON with them means what
 * it meant before. These are the control characters, C1 included, and those that turn the direction
 * of text round, so that it reads as something else. Line breaks and tabs are text.
 */
export function escapeText(text: string): string {
  return text.replaceAll(
    /(?!\r?\n|\t)[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
