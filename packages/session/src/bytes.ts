/** Bytes that belong to whoever has them, in memory that `Response`, `Blob` and `crypto` take. */
export type Bytes = Uint8Array<ArrayBuffer>
