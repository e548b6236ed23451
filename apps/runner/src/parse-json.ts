import { HoldfastError, type JsonValue } from '@holdfast/core'

/**
 * Parses JSON that came from outside.
 *
 * @param subject what the text is, to begin a sentence with
 * @throws {@link HoldfastError} `MALFORMED_JSON`, also where bytes are not UTF-8
 */
export function parseJson(source: string | Uint8Array, subject: string): JsonValue {
  try {
    const text =
      typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source)
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause)
    throw new HoldfastError('MALFORMED_JSON', `${subject} is not JSON: ${reason}.`, { cause })
  }
}
