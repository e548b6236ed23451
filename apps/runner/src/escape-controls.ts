/**
 * Shows what a terminal would obey or not show at all: keys and messages may hold anything, and none
 * of it shall reach one.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
