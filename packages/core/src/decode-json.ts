import type { JsonValue } from './encode-json.ts'
import { HoldfastError } from './holdfast-error.ts'

/**
 * Decodes UTF-8 JSON that {@link encodeJson} made.
 *
 * @throws {@link HoldfastError} `STORED_VALUE_NOT_JSON` when the bytes are not UTF-8 or not JSON
 */
export function decodeJson(bytes: Uint8Array): JsonValue {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return JSON.parse(text) as JsonValue
  } catch {
    // The parser's own error quotes what it read, so it is no cause to pass on.
    throw new HoldfastError(
      'STORED_VALUE_NOT_JSON',
      `The stored ${bytes.length} bytes are not JSON, so something other than persistent_store wrote them. Overwrite or delete the key.`,
    )
  }
}
