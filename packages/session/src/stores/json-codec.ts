import { decodeJson, encodeJson, parsePersistentStoreKey, type StorageKey } from '@holdfast/core'

/** A value on its way into a store. */
export interface Encoded {
  readonly bytes: Uint8Array
  /** What it will be read as. */
  readonly value: unknown
}

/** What a store of JSON makes of keys and values. */
export interface JsonCodec {
  parseKey(this: void, key: unknown): StorageKey
  /** Has copied the value when it returns, though it may take its time to look at it. */
  encode(key: string, value: unknown): Encoded | Promise<Encoded>
  /** May give a promise. */
  decode(key: StorageKey, bytes: Uint8Array): unknown
}

/** Any JSON under any key. */
export const plainJson: JsonCodec = {
  parseKey: parsePersistentStoreKey,
  encode: (_key, value) => ({ bytes: encodeJson(value), value }),
  decode: (_key, bytes) => decodeJson(bytes),
}
