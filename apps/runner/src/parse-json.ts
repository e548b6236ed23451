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
  } catch (error) {
    // The parser quotes what it read, which may be a secret; where it stopped tells as much.
    const reason = error instanceof Error ? error.message : ''
    const [, position] =
      / in JSON (at position \d+(?: \(line \d+ column \d+\))?)$/.exec(reason) ?? []
    const where = position === undefined ? '' : `, ${position}`
    throw new HoldfastError(
      'MALFORMED_JSON',
      `${subject} is not JSON${where}. Text in JSON is in double quotes, and so are names.`,
    )
  }
}
