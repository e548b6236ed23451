import { HoldfastError } from './holdfast-error.ts'

declare const brand: unique symbol

/** Where a page ended. Opaque; good for the same query on the same store, for as long as one likes. */
export type Cursor = string & { readonly [brand]: 'Cursor' }

/**
 * Makes a cursor of the texts that say where a page ended, such as its last key: well-formed, without
 * U+0000. A driver that has
 * a better position may make cursors of its own instead.
 */
export function encodeCursor(position: readonly string[]): Cursor {
  const bytes = new TextEncoder().encode(JSON.stringify(position))
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') as Cursor
}

/**
 * Reads a cursor that {@link encodeCursor} made of so many texts.
 *
 * @throws {@link HoldfastError} `INVALID_CURSOR`
 */
export function decodeCursor(cursor: string, length: number): readonly string[] {
  try {
    const base64 = cursor.replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    const position: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (isTexts(position) && position.length === length) return position
  } catch {
    // Not base64url, not UTF-8 or not JSON: the one error below says it for all.
  }
  throw new HoldfastError(
    'INVALID_CURSOR',
    'A cursor is what the page before gave, unchanged; got something else. Begin again without one.',
  )
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isKeyText)
}

/** A forged cursor must not bring a store what no key or id can be, and some databases choke on. */
function isKeyText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}
