import type { EntryMetadata, JsonValue } from '@holdfast/core'

/** An entry of `persistent_store`. Its `size` is that of the JSON in UTF-8, in bytes. */
export interface JsonEntry<Value = JsonValue> extends EntryMetadata {
  readonly value: Value
}
